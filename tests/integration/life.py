# SPDX-License-Identifier: MIT
"""Proxies that die and return; what a command's end looks like."""

from scenario import Scenario
from servers import HELLO

CURL = "curl -sS -m 5 "
LOOP = "while read line; do " + CURL + \
    "http://web.test/hello 2>/dev/null || echo failed; done"


def die_and_return(lab, proxy, running):
    """One transfer before, one in between, one after."""
    for n, act in enumerate((None, proxy.stop, proxy.start)):
        if act:
            act()
        running.send("go\n")
        running.wait_for("\n", n + 1)
    running.close()


def die(lab, proxy, running):
    running.wait_for("line 0\n")
    proxy.stop()


def ends(name, tail, status):
    return Scenario("status: " + name, CURL + "http://web.test/hello; " +
                    tail, status=status, needs="curl")


SCENARIOS = [
    Scenario("life: the proxy dies and comes back", LOOP, "microsocks",
             out=[f"{HELLO}failed\n{HELLO}"],
             bare_out=[3 * HELLO], needs="curl",
             drive=die_and_return, says=""),
    Scenario("life: the proxy dies with a connection open",
             "curl -sSN -m 3 http://web.test/slow; echo status $?",
             "microsocks", out=["line 0\n", "status "], needs="curl",
             drive=die),
    Scenario("life: there is no proxy", CURL + "http://web.test/hello",
             "nobody", status=7, bare_status=0, needs="curl", says=""),
    Scenario("life: the password is wrong", CURL + "http://web.test/hello",
             "microsocks-user", status=7, bare_status=0, needs="curl",
             says="alice", env={"SOCKS_PASSWORD": "wrong"}),
    ends("zero", "true", 0),
    ends("seven", "exit 7", 7),
    ends("255", "exit 255", 255),
    ends("a signal", "kill -TERM $$", -15),
    ends("a core-dumping signal", "ulimit -c 0; kill -SEGV $$", -11),
]
