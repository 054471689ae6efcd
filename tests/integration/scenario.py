# SPDX-License-Identifier: MIT
"""What a scenario is, and how one is played.

Each runs twice: without socksify, where it must leak (else the test would
prove nothing), and with it, where it must do the same and leak nothing.
"""

import dataclasses
import glob
import os
import shutil
import tempfile
import typing

from netns import DNS, WEB, is_full_root
from servers import ZONE

NOBODY = 65534
ADDRESSES = {**ZONE, "hidden.test": (WEB,)}


class Skip(Exception):
    pass


@dataclasses.dataclass
class Scenario:
    """One command and what is expected of it.

    In the command (a script for sh or a list of words), the options and the
    environment, @tmp@ is an empty folder (where it runs, too), @work@ the
    laboratory's, @lib@ that of the programs of tests/lib, @socksify@ the
    launcher.
    """

    name: str
    command: typing.Union[str, list]
    proxy: str = "danted"  # its name, or None for a fakesocks with...
    script: str = ""  # ...this script; empty: an ordinary proxy
    user: typing.Optional[str] = None  # ...whom socksify is to log in
    out: typing.Union[str, list, None] = None  # what it must print
    status: typing.Optional[int] = 0  # None: any
    bare_out: typing.Union[str, list, None] = None  # without socksify,
    bare_status: typing.Optional[int] = None  # if not the same
    asked: typing.Optional[str] = None  # "name:port" that the proxy must see
    says: typing.Optional[str] = None  # in socksify's one line on stderr
    needs: str = ""  # programs, and libraries ("libm.so.6")
    services: str = ""  # see Lab.have()
    full_root: bool = False  # needs other users than root
    ordinary: bool = False  # by an ordinary user, from socksify on
    heavy: bool = False  # only with --all
    env: dict = dataclasses.field(default_factory=dict)
    options: list = dataclasses.field(default_factory=list)  # of socksify
    name_server: typing.Optional[str] = None
    # What is no leak here: (address, port) of TCP, or a leak's own text.
    allowed: tuple = ()
    drive: typing.Optional[typing.Callable] = None  # (lab, proxy, Running)
    check: typing.Optional[typing.Callable] = None  # (lab, proxy) -> fault
    timeout: float = 30


def words(value):
    return [] if value is None else [value] if isinstance(value, str) \
        else value


def has(need):
    """Is there such a program, or library?"""
    if ".so" in need:
        return glob.glob("/usr/lib*/" + need) or \
            glob.glob("/usr/lib*/*/" + need)
    return shutil.which(need, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


def why_not(scenario, proxy, everything):
    """Why it cannot be played here, or None."""
    if scenario.heavy and not everything:
        return "only with --all"
    if (scenario.full_root or scenario.ordinary) and not is_full_root():
        return "needs root"
    for need in scenario.needs.split():
        if not has(need):
            return f"no {need}"
    return proxy.missing()


def fault_of(scenario, result, bare):
    """How an end differs from what is expected, or None."""
    out, status = words(scenario.out), scenario.status
    if bare and scenario.bare_out is not None:
        out = words(scenario.bare_out)
    if bare and scenario.bare_status is not None:
        status = scenario.bare_status
    if result.status is None:
        return f"still running after {scenario.timeout:.0f} s"
    if status is not None and result.status != status:
        return f"status {result.status} instead of {status}"
    for text in out:
        if text not in result.out:
            return f"does not print {text!r}"
    return None


def message_fault(scenario, result):
    """socksify speaks when it should, and once."""
    lines = [line for line in result.err.splitlines()
             if line.startswith("socksify:")]
    if scenario.says is None:
        return f"unexpected message: {lines[0]}" if lines else None
    if len(lines) != 1 or scenario.says not in lines[0]:
        return f"says {lines} instead of one line with {scenario.says!r}"
    return None


def was_asked(proxy, endpoint):
    """Some proxies log a name, others what they resolved it to."""
    asked = proxy.asked()
    host, port = endpoint.rsplit(":", 1)
    allowed = {endpoint, *(f"{address}:{port}"
                           for address in ADDRESSES.get(host, ()))}
    if asked is None or allowed & set(asked):
        return None
    return f"the proxy was asked for {asked} instead of {endpoint}"


# For Scenario.check:

def nobody_asked(lab, proxy):
    asked = proxy.asked()
    return f"the proxy was asked for {asked}" if asked else None


def came(count):
    """So many connections, no more and no fewer, reached the proxy."""
    def check(lab, proxy):
        asked = len(proxy.asked())
        return None if asked == count else \
            f"{asked} connections reached the proxy instead of {count}"
    return check


class Fault(str):
    """What went wrong; @final: a second play cannot make it good."""
    final = False


class Leak(Fault):
    final = True


class Player:
    """Plays scenarios in one laboratory."""

    def __init__(self, lab, everything=False, bare_only=False):
        self.lab = lab
        self.everything, self.bare_only = everything, bare_only

    def play(self, scenario):
        """Return: a fault, or None; raises Skip"""
        lab = self.lab
        fake = scenario.proxy is None
        proxy = lab.fake(scenario.script, scenario.user) if fake \
            else lab.proxies[scenario.proxy]
        reason = why_not(scenario, proxy, self.everything)
        if reason:
            raise Skip(reason)
        if scenario.proxy == "ssh-D":
            lab.have("sshd")
        for service in scenario.services.split():
            lab.have(service)
        try:
            return self.play_bare(scenario, proxy) or (
                None if self.bare_only else
                self.play_wrapped(scenario, proxy))
        finally:
            if fake:
                proxy.stop()

    def run(self, scenario, machine, proxy, prefix, env):
        lab = self.lab
        folder = tempfile.mkdtemp(dir=lab.outside.work)
        os.chmod(folder, 0o755)
        if scenario.ordinary:
            os.chown(folder, NOBODY, NOBODY)
            prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}",
                      "--clear-groups", "--", *prefix]
            env = {"HOME": folder, **env}
        argv = prefix + (["sh", "-c", scenario.command] if isinstance(
            scenario.command, str) else scenario.command)
        for mark, value in (("@tmp@", folder), ("@work@", lab.outside.work),
                            ("@lib@", lab.tool("")),
                            ("@socksify@", lab.socksify())):
            argv = [word.replace(mark, value) for word in argv]
            env = {name: text.replace(mark, value)
                   for name, text in env.items()}
        machine.use_name_server(scenario.name_server or DNS)
        drive = scenario.drive and (
            lambda running: scenario.drive(lab, proxy, running))
        try:
            return machine.run(argv, env, folder, scenario.timeout, drive)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def play_bare(self, scenario, proxy):
        result = self.run(scenario, self.lab.bare, proxy, [], {})
        fault = fault_of(scenario, result, bare=True)
        if not fault and not result.leaks:
            fault = "leaks nothing: the scenario proves nothing"
        return fault and report("without socksify: " + fault, result)

    def play_wrapped(self, scenario, proxy):
        lab = self.lab
        proxy.start()
        proxy.asked()
        lab.wrapped.proxies = {(proxy.address, proxy.port), *scenario.allowed}
        result = self.run(
            scenario, lab.wrapped, proxy,
            [lab.socksify(), *scenario.options, "--"],
            {**proxy.environment(), **scenario.env})
        fault = None
        leaks = [leak for leak in result.leaks if leak not in scenario.allowed]
        if leaks:
            fault = Leak(f"{len(leaks)} leaks: " + "; ".join(leaks[:4]))
        fault = fault or fault_of(scenario, result, bare=False)
        fault = fault or message_fault(scenario, result)
        if not fault and scenario.asked:
            fault = was_asked(proxy, scenario.asked)
        if not fault and scenario.check:
            fault = scenario.check(lab, proxy)
        return fault and report(fault, result)


def report(fault, result):
    """A fault, with what the command wrote last."""
    tail = [f"  | {line}" for line in (result.out.splitlines()[-4:] +
                                       result.err.splitlines()[-6:])]
    return (type(fault) if isinstance(fault, Fault) else Fault)(
        "\n".join([fault, *tail]))
