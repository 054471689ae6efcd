#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Ask the kernel how a program is to see a connect that takes its time.

Usage: run.py [--native [-n N]] LAUNCHER FAKESOCKS ORACLE SCENARIO...

Each scenario of the oracle is played twice at the same time: natively, where
the network delays the answer, and under socksify, where the proxy does
(world.py). What it says must be the same; or, where that cannot be, exactly
what explained/SCENARIO holds below the comment that says why. --native only
shows what the kernel says, N times: it must always be the same, or the scenario
is at fault.

Exit status 77 is a skip: there is no /dev/net/tun, or no namespace to be had.
In CI, root has no such excuse.
"""
import argparse
import difflib
import os
import subprocess
import sys
import tempfile

import world

SKIP = 77
TIMEOUT = 60


class Play:
    """One run of a scenario, in the background."""

    def __init__(self, argv, env):
        clean = {k: v for k, v in os.environ.items()
                 if 'proxy' not in k.lower() and 'SOCKS' not in k and
                 k not in ('LD_PRELOAD', 'HOME', 'XDG_CONFIG_HOME')}
        self.process = subprocess.Popen(
            argv, env={**clean, **env}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True)

    def lines(self):
        try:
            out = self.process.communicate(timeout=TIMEOUT)[0]
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
            out = self.process.communicate()[0] + 'no end\n'
        if self.process.returncode:
            out += f'status {self.process.returncode}\n'
        return out.splitlines()


def native(arguments, scenario):
    return Play([arguments.oracle, scenario], {})


def wrapped(arguments, here, scenario):
    """Where nothing is to come of the connect, the proxy only listens."""
    gone = scenario.startswith('gone_')
    if gone:  # what an earlier play has left there is not this one's
        os.truncate(here.stalled_log, 0)
    port = world.PROXY_PORT + gone
    return Play([arguments.launcher, '--no-config', '-s',
                 f'{world.PROXY}:{port}', arguments.oracle, scenario],
                {'ORACLE_PROXY_LOG': here.stalled_log} if gone else {})


def repeat(arguments, scenario):
    """Return: is it always the same?"""
    first = native(arguments, scenario).lines()
    print('--- ' + scenario, *first, sep='\n')
    for _ in range(arguments.n - 1):
        lines = native(arguments, scenario).lines()
        if lines != first:
            print('\n'.join(difflib.unified_diff(first, lines, 'first',
                                                 'later', lineterm='')))
            return False
    return not any(line.startswith(('status', 'no end')) for line in first)


def explained(scenario):
    """Return: what it is to say instead of what the kernel says, or None"""
    path = os.path.join(os.path.dirname(__file__), 'explained', scenario)
    if not os.path.exists(path):
        return None
    with open(path) as f:
        return [line for line in f.read().splitlines() if line[:1] != '#']


PLAYS = 3


def compare(arguments, here, scenario):
    """A difference must show again: a machine that is busy with other things
    makes one by itself now and then."""
    return any(compare_once(arguments, here, scenario) for _ in range(PLAYS))


def compare_once(arguments, here, scenario):
    plays = native(arguments, scenario), wrapped(arguments, here, scenario)
    expected, got = (play.lines() for play in plays)
    sound = not any(line.startswith(('status', 'no end')) for line in expected)
    instead, name = explained(scenario), 'native'
    if instead is not None:
        expected, name = instead, 'explained'
    if sound and got == expected:
        return True
    print('--- ' + scenario, *difflib.unified_diff(
        expected, got, name, 'socksify', n=99, lineterm=''), sep='\n')
    return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--native', action='store_true')
    parser.add_argument('-n', type=int, default=1)
    for name in 'launcher', 'fakesocks', 'oracle':
        parser.add_argument(name, type=os.path.abspath)
    parser.add_argument('scenario', nargs='+')
    arguments = parser.parse_args()
    try:
        world.enter()
        with tempfile.TemporaryDirectory() as folder:
            here = world.World(arguments.fakesocks, folder)
            good = [repeat(arguments, scenario) if arguments.native else
                    compare(arguments, here, scenario)
                    for scenario in arguments.scenario]
            for server in here.servers:
                server.kill()
    except world.Unavailable as e:
        print('skipped:', e)
        must_run = os.environ.get('CI') == 'true' and world.is_root()
        sys.exit(1 if must_run else SKIP)
    sys.exit(not all(good))


main()
