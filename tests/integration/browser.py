# SPDX-License-Identifier: MIT
"""Chromium, by an ordinary user, in its own sandbox. Heavy."""

from netns import WEB
from scenario import Scenario
from servers import HELLO

# What each of its connections through the proxy takes.
LATE = "read-greeting; delay 100; send 0500; read-request; delay 100; tunnel"
DUMP = "chromium --headless --dump-dom "
# Thirty answers by its six connections to a host, and one that is refused.
PAGE = """
cat >page.html <<'END'
<p></p><script>
const get = (port, n) => fetch(`http://four.test:${port}/hello?${n}`,
                               {mode: "no-cors"});
Promise.allSettled([...Array(30).keys()].map(n => get(80, n)).concat(
    get(82, 0))).then(all => document.querySelector("p").textContent =
        all.map(one => one.status[0]).sort().join(""));
</script>
END
"""
# Each of its sandboxes has namespaces and a filter of its own.
SANDBOX = """
filters() { awk '/^Seccomp_filters/ { print $2 }' /proc/$1/status; }
chromium --headless --dump-dom http://four.test/slow >log 2>&1 &
until pid=$(pgrep -f -- --type=[r]enderer | head -n 1) && [ "$pid" ]; do
    kill -0 $! || exit
    sleep 0.1
done
sleep 0.5
awk '/^NSpid/ { print NF - 1, "PID namespaces" }' /proc/$pid/status
echo $(($(filters $pid) - $(filters self))) filters
kill $!
wait
"""


def chromium(name, command, out, **fields):
    return Scenario("chromium: " + name, command, out=out, ordinary=True,
                    heavy=True, **{"needs": "chromium", "timeout": 120,
                                   **fields})


SCENARIOS = [
    chromium("by address", DUMP + f"http://{WEB}/hello", HELLO,
             asked=f"{WEB}:80"),
    chromium("by name", DUMP + "http://web.test/hello", HELLO,
             asked="web.test:80"),
    chromium("a proxy that wants a password", DUMP + f"http://{WEB}/hello",
             HELLO, proxy="microsocks-user", asked=f"{WEB}:80"),
    chromium("thirty-one requests at once", PAGE + DUMP +
             "--virtual-time-budget=9000 file://@tmp@/page.html",
             "<p>" + 30 * "f" + "r</p>", proxy=None, script=LATE),
    chromium("its own sandbox", SANDBOX, "3 PID namespaces\n1 filters\n"),
]
