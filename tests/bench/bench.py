#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measure socksify: counts, and ratios of interleaved runs.

usage: bench.py BUILD-DIRECTORY [RUNS [PART...]]

Counts (instructions, system calls) are exact. Times are medians of ratios:
the two sides of each ratio run alternately in one run, so that a noisy
machine disturbs both. Nothing here passes or fails.
"""
import os
import statistics
import subprocess
import sys
import time

build = os.path.abspath(sys.argv[1])
runs = int(sys.argv[2]) if len(sys.argv) > 2 else 7
only = sys.argv[3:] or ['connect', 'resolve', 'unrelated', 'start_up',
                        'loops', 'datagrams']
bench = build + '/tests/bench'
ops, count = bench + '/ops', bench + '/count'
library, null = build + '/libsocksify.so', bench + '/libnull.so'


def env(**more):
    clean = {k: v for k, v in os.environ.items() if k not in (
        'LD_PRELOAD', 'SOCKS_SERVER', 'SOCKSIFY_SERVER', 'SOCKSIFY_RUN',
        'ALL_PROXY')}
    return {**clean, **more}


def output(command, **more):
    return subprocess.run(command, env=env(**more), check=True,
                          stdout=subprocess.PIPE, text=True).stdout.split()


def socksify(port, *options):
    return [build + '/socksify', '--no-config', '-s', f'127.0.0.1:{port}',
            *options, '--']


def timed(command, **more):
    """(wall, cpu) nanoseconds per operation, as ops prints them."""
    wall, cpu = output(command, **more)[-2:]
    return float(wall), float(cpu)


def ratio(ours, floor, pick):
    """Median over alternating runs of ours / floor, and the floor itself."""
    ratios, floors = [], []
    for _ in range(runs):
        a, b = pick(floor()), pick(ours())
        floors.append(a)
        ratios.append(b / a if a else float('nan'))
    return statistics.median(ratios), statistics.median(floors)


def row(what, value):
    print(f'{what:58} {value}', flush=True)


def connect(port):
    for name, wrap in (('connect-native', []), ('connect', socksify(port))):
        instructions, calls = output(
            [*wrap, count, '-m', ops, name, '10', '127.0.0.1', str(port)])[-2:]
        row(f'{name} + close: instructions, system calls',
            f'{int(instructions) / 10:.0f}, {int(calls) / 10:.1f}')
    for index, what in ((1, 'CPU'), (0, 'wall')):
        r, f = ratio(
            lambda: timed([*socksify(port), ops, 'connect', '5000']),
            lambda: timed([*socksify(port), ops, 'connect-native', '5000',
                           '127.0.0.1', str(port)]),
            lambda t: t[index])
        row(f'connect + close, {what} against native',
            f'{r:.3f} x of {f / 1000:.1f} us')


def resolve(port):
    for name in ('resolve-same', 'resolve-distinct'):
        times = [timed([*socksify(port), ops, name, '50000'])[0]
                 for _ in range(runs)]
        row(name, f'{statistics.median(times):.0f} ns')


def unrelated(port):
    for name in ('read', 'write', 'poll', 'epoll_wait', 'close', 'send',
                 'recv'):
        raw = [int(x) for x in output([count, '-m', ops, name, '10'])[-2:]]
        own = [int(x) for x in output(
            [*socksify(port, '--guard=off'), count, '-m', ops, name, '10'])[-2:]]
        r, f = ratio(
            lambda: timed([*socksify(port, '--guard=off'), ops, name,
                           '1000000']),
            lambda: timed([ops, name, '1000000']), lambda t: t[0])
        g, _ = ratio(
            lambda: timed([*socksify(port), ops, name, '1000000']),
            lambda: timed([ops, name, '1000000']), lambda t: t[0])
        row(f'{name} on what is not ours',
            f'+{(own[0] - raw[0]) / 10:.1f} instructions, '
            f'+{(own[1] - raw[1]) / 10:.1f} calls, {r:.3f} x of {f:.0f} ns; '
            f'with filter {g:.3f} x')


def loops():
    """500 connects at once, 50 ms for each of the proxy's steps."""
    server = subprocess.Popen([bench + '/server', '50'],
                              stdout=subprocess.PIPE, text=True)
    try:
        port = server.stdout.readline().strip()
        for kind in ('epoll', 'poll', 'select'):
            native, ours = [], []
            for _ in range(max(runs, 5)):
                native.append([float(x) for x in output(
                    [bench + '/loops', kind, '500', port])])
                ours.append([float(x) for x in output(
                    [*socksify(port), bench + '/loops', kind, '500'])])
            n, o = ([statistics.median(c) for c in zip(*rows)]
                    for rows in (native, ours))
            r = statistics.median(b[0] / a[0] for a, b in zip(native, ours))
            row(f'500 connects by {kind}, 50 ms a step',
                f'{r:.3f} x of {n[0]:.0f} ms; connect p99 {o[1]:.0f} us '
                f'({n[1]:.0f}), max {o[2]:.0f} us ({n[2]:.0f}); 1 ms timer '
                f'late p99 {o[3]:.0f} us ({n[3]:.0f})')
    finally:
        server.kill()


def datagrams():
    """CPU of one datagram, against a client that writes the headers itself."""
    program = bench + '/datagrams'
    server = subprocess.Popen([program, 'relay'], stdout=subprocess.PIPE,
                              text=True)
    try:
        port = server.stdout.readline().strip()
        for name in ('send-64', 'send-1200', 'sendto-64', 'sendto-1200',
                     'sendmmsg-64', 'sendmmsg-1200', 'gso', 'recv-64',
                     'recv-1200', 'recvfrom-64', 'recvfrom-1200',
                     'recvmmsg-64', 'recvmmsg-1200'):
            n = '2000' if name == 'gso' else '20000'
            ours = [*socksify(port), program, name]
            native = [program, name, n, port]
            r, f = ratio(lambda: float(output([*ours, n])[-1]),
                         lambda: float(output(native)[-1]), lambda t: t)
            calls = [int(output([*wrap, count, '-m', program, name, '10',
                                 *more])[-1])
                     for wrap, more in (([], [port]), (socksify(port), []))]
            row(f'datagrams: {name}', f'{r:.3f} x of {f:.0f} ns; system calls '
                f'{calls[1]} (native {calls[0]})')
    finally:
        server.kill()


def seconds(command, times, **more):
    start = time.monotonic()
    for _ in range(times):
        subprocess.run(command, env=env(**more), check=True)
    return (time.monotonic() - start) / times


def start_up(port):
    true = '/bin/true'
    raw = output([count, true])
    nul = output([count, '-n', '2', 'env', f'LD_PRELOAD={null}', true])
    own = output([count, '-n', '2', *socksify(port), true])
    launcher = output([count, *socksify(port), true])
    for name, value in (('raw', raw), ('null preload', nul),
                        ('socksify', own)):
        row(f'exec of true, {name}: instructions, system calls',
            ', '.join(value))
    row('launcher and true together: instructions, system calls',
        ', '.join(launcher))
    loop = ['sh', '-c', 'i=0; while [ $i -lt 300 ]; do /bin/true; '
            'i=$((i+1)); done']
    r, f = ratio(lambda: seconds([*socksify(port), *loop], 1),
                 lambda: seconds(loop, 1), lambda t: t)
    row('300 x true inside a wrapped shell', f'{r:.3f} x of {f / .3:.2f} ms')
    r, f = ratio(lambda: seconds([*socksify(port, '--guard=off'), *loop], 1),
                 lambda: seconds(loop, 1), lambda t: t)
    row('... without filter', f'{r:.3f} x')
    for options in ((), ('--guard=off',)):
        r, f = ratio(
            lambda: seconds([*socksify(port, *options), true], 100),
            lambda: seconds([true], 100), lambda t: t)
        row(f'launcher {" ".join(options) or "with filter"} and true',
            f'{r:.3f} x of {f * 1000:.2f} ms')


def main():
    server = subprocess.Popen([bench + '/server', '0'],
                              stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline())
        for part in (connect, resolve, unrelated, start_up):
            if part.__name__ in only:
                part(port)
        for part in (loops, datagrams):
            if part.__name__ in only:
                part()
    finally:
        server.kill()


main()
