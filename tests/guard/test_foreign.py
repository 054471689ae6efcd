#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: test_foreign.py LAUNCHER FOREIGN [NAME]

What the library is not in goes by way of the proxy, too: static programs
(foreign.c, and Go where it is installed) under the guard, against a SOCKS
server of ours. It has an address of its own to go out from: whoever else asks
the echo servers has gone past it.
"""

import contextlib
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '../lib'))
import netns  # noqa: E402

PROXY, EXIT, EXIT6 = '198.51.100.1', '203.0.113.1', '2001:db8:1::1'
WEB, WEB6 = '203.0.113.10', '2001:db8:1::10'
ECHO, RESETS, SLOW = 7, 13, 14
REFUSED = 666
PATIENCE = 30


def receive(sock, n):
    data = b''
    while len(data) < n:
        more = sock.recv(n - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def listen(address, port, serve, backlog=4096):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    server = socket.create_server((address, port), family=family,
                                  backlog=backlog)

    def accept():
        while True:
            peer, name = server.accept()
            threading.Thread(target=guarded, args=(serve, peer, name[0]),
                             daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()
    return server


def guarded(serve, sock, *args):
    with sock, contextlib.suppress(OSError, EOFError):
        serve(sock, *args)


class Socks:
    """A SOCKS 5 server with a delay before it says yes"""

    def __init__(self):
        self.delay = 0
        self.udp = True
        self.asked = []
        listen(PROXY, 1080, self.serve)

    def serve(self, sock, _peer):
        receive(sock, receive(sock, 2)[1])
        sock.sendall(b'\5\0')
        _, command, _, kind = receive(sock, 4)
        host = {1: lambda: socket.inet_ntop(socket.AF_INET, receive(sock, 4)),
                3: lambda: receive(sock, receive(sock, 1)[0]).decode(),
                4: lambda: socket.inet_ntop(socket.AF_INET6,
                                            receive(sock, 16))}[kind]()
        port = struct.unpack('!H', receive(sock, 2))[0]
        self.asked.append((command, host, port))
        time.sleep(self.delay)
        if command == 3 and self.udp:
            self.relay(sock)
        elif command != 1 or port == REFUSED:
            sock.sendall(struct.pack('!BBBBIH', 5, 5 if command == 1 else 7,
                                     0, 1, 0, 0))
        else:
            self.connect(sock, WEB if host == 'web.test' else host, port)

    def connect(self, sock, host, port):
        source = EXIT6 if ':' in host else EXIT
        with socket.create_connection((host, port), 5, (source, 0)) as out:
            out.settimeout(None)
            sock.sendall(struct.pack('!BBBBIH', 5, 0, 0, 1, 0, 0))
            back = threading.Thread(target=self.copy, args=(out, sock),
                                    daemon=True)
            back.start()
            self.copy(sock, out)
            back.join()

    @staticmethod
    def copy(a, b):
        try:
            while data := a.recv(1 << 18):
                b.sendall(data)
            b.shutdown(socket.SHUT_WR)
        except OSError:
            for s in (a, b):
                with contextlib.suppress(OSError):
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                 struct.pack('ii', 1, 0))
                    s.shutdown(socket.SHUT_RD)

    def relay(self, control):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inner, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outer:
            inner.bind((PROXY, 0))
            outer.bind((EXIT, 0))
            control.sendall(b'\5\0\0\1' + socket.inet_aton(PROXY) +
                            struct.pack('!H', inner.getsockname()[1]))
            client = None
            while True:
                ready = select.select([control, inner, outer], [], [])[0]
                if control in ready:
                    return
                if inner in ready:
                    data, client = inner.recvfrom(65536)
                    if data[:4] == b'\0\0\0\1':
                        outer.sendto(data[10:], (
                            socket.inet_ntoa(data[4:8]),
                            struct.unpack('!H', data[8:10])[0]))
                if outer in ready:
                    data, (host, port) = outer.recvfrom(65536)
                    inner.sendto(b'\0\0\0\1' + socket.inet_aton(host) +
                                 struct.pack('!H', port) + data, client)


class World:
    def __init__(self):
        netns.run('ip', 'link', 'set', 'lo', 'up')
        for address in (PROXY, EXIT, WEB):
            netns.run('ip', 'address', 'add', address + '/32', 'dev', 'lo')
        for address in (EXIT6, WEB6):
            netns.run('ip', '-6', 'address', 'add', address + '/128', 'dev',
                      'lo', 'nodad')
        self.peers = []
        self.work = tempfile.mkdtemp(prefix='socksify-test.')
        self.socks = Socks()
        for address in (WEB, WEB6, '127.0.0.1'):
            listen(address, ECHO, self.echo)
        self.counted = 0
        listen(WEB, RESETS, self.reset)
        listen(WEB, SLOW, self.count)
        listen(WEB, 80, self.web)
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind((WEB, ECHO))
        threading.Thread(target=self.echo_datagrams, daemon=True).start()

        self.resolv_conf = netns.write(os.path.join(self.work, 'resolv.conf'),
                                       '')
        netns.run('mount', '--bind', self.resolv_conf, '/etc/resolv.conf')
        listen(WEB, 53, self.name_server)
        self.go = None

    def name_server(self, sock, peer):
        """Every name has the one address, and by TCP only"""
        self.peers.append(peer)
        query = receive(sock, struct.unpack('!H', receive(sock, 2))[0])
        end = query.index(b'\0', 12) + 5
        known = query[end - 4:end] == b'\0\1\0\1'
        answer = query[:2] + struct.pack('!HHHHH', 0x8180, 1, known, 0, 0) + \
            query[12:end]
        if known:
            answer += b'\xc0\x0c' + struct.pack('!HHIH', 1, 1, 60, 4) + \
                socket.inet_aton(WEB)
        sock.sendall(struct.pack('!H', len(answer)) + answer)

    def make_go(self):
        """A static program of Go's, or None"""
        if self.go is None:
            self.go = ''
            if shutil.which('go'):
                self.go = os.path.join(self.work, 'fetch')
                source = os.path.join(os.path.dirname(
                    os.path.abspath(__file__)), 'fetch.go')
                netns.run('go', 'build', '-o', self.go, source,
                          env={**os.environ, 'CGO_ENABLED': '0',
                               'GO111MODULE': 'off', 'GOFLAGS': '',
                               'GOCACHE': os.path.join(self.work, 'go')})
        return self.go or None

    def echo(self, sock, peer):
        self.peers.append(peer)
        while data := sock.recv(1 << 18):
            sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)

    def reset(self, sock, peer):
        self.peers.append(peer)
        sock.recv(1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack('ii', 1, 0))

    def count(self, sock, peer):
        self.peers.append(peer)
        time.sleep(1)
        while data := sock.recv(1 << 18):
            self.counted += len(data)

    def web(self, sock, peer):
        self.peers.append(peer)
        while b'\r\n\r\n' not in sock.recv(4096):
            pass
        sock.sendall(b'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello')

    def echo_datagrams(self):
        while True:
            data, peer = self.datagrams.recvfrom(65536)
            self.peers.append(peer[0])
            self.datagrams.sendto(data, peer)


def guards():
    """The supervisors that there are"""
    found = set()
    for pid in filter(str.isdigit, os.listdir('/proc')):
        with contextlib.suppress(OSError), open(f'/proc/{pid}/comm') as comm:
            if comm.read() == 'socksify-guard\n':
                found.add(int(pid))
    return found


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        world.socks.delay = 0
        world.socks.udp = True
        world.peers.clear()
        world.socks.asked.clear()

    def tearDown(self):
        self.assertLessEqual(set(world.peers), {EXIT, EXIT6}, 'a leak')

    def start(self, *command, options=()):
        return subprocess.Popen(
            [LAUNCHER, '--no-config', '--guard=on', '-s', f'{PROXY}:1080',
             *options, *command], stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={'PATH': os.environ['PATH'], 'HOME': '/'})

    def run_foreign(self, *args, options=()):
        with self.start(FOREIGN, *args, options=options) as process:
            try:
                return process.communicate(timeout=PATIENCE)[0]
            finally:
                process.kill()

    def number(self, name, text):
        return int(re.search(rf'^{name}: (\d+)$', text, re.MULTILINE)[1])


class Tcp(Case):
    def test_fetch(self):
        self.assertEqual(self.run_foreign('fetch', WEB, '7'), 'hello\n')
        self.assertEqual(world.socks.asked, [(1, WEB, ECHO)])

    def test_fetch_ipv6(self):
        self.assertEqual(self.run_foreign('fetch', WEB6, '7'), 'hello\n')
        self.assertEqual(world.socks.asked, [(1, WEB6, ECHO)])

    def test_refused(self):
        self.assertEqual(self.run_foreign('fetch', WEB, str(REFUSED)),
                         'connect: ECONNREFUSED\n')

    def test_blocked_by_rule(self):
        self.assertEqual(
            self.run_foreign('fetch', WEB, '7', options=['--block', WEB]),
            'connect: EACCES\n')
        self.assertEqual(world.peers, [])

    def test_loopback_is_direct(self):
        self.assertEqual(self.run_foreign('fetch', '127.0.0.1', '7'),
                         'hello\n')
        self.assertEqual(world.socks.asked, [])
        world.peers.remove('127.0.0.1')

    def check_nonblock(self, address, *options):
        world.socks.delay = 0.5
        text = self.run_foreign('nonblock', address, '7', options=options)
        self.assertTrue(text.startswith('connect: EINPROGRESS\n'), text)
        self.assertTrue(text.endswith('error: 0\nhello\n'), text)
        self.assertLess(self.number('after', text), 100)
        self.assertGreaterEqual(self.number('writable', text), 500)
        self.assertLess(self.number('writable', text), 800)

    def test_nonblock(self):
        self.check_nonblock(WEB)

    def test_nonblock_ipv6(self):
        self.check_nonblock(WEB6)

    def test_nonblock_refused(self):
        """The errno is what the mechanism allows"""
        world.socks.delay = 0.5
        for address in (WEB, WEB6):
            text = self.run_foreign('nonblock', address, str(REFUSED))
            self.assertTrue(text.startswith('connect: EINPROGRESS\n'), text)
            self.assertTrue(text.endswith('error: ECONNRESET\n'), text)
        self.assertLess(self.number('writable', text), 800)

    def test_nonblock_again(self):
        """As the kernel has it: 0 once more, and EISCONN from then on"""
        text = self.run_foreign('twice', WEB, '7')
        self.assertTrue(text.endswith('again: 0\nand again: EISCONN\n'
                                      'error: 0\nhello\n'), text)

    def test_reset(self):
        """The other end's reset arrives as one"""
        text = self.run_foreign('nonblock', WEB, str(RESETS))
        self.assertTrue(text.endswith('recv: ECONNRESET\n'), text)

    def test_bulk(self):
        for verb in ('bulk', 'bulk-nonblock'):
            self.assertEqual(self.run_foreign(verb, WEB, '7', '20000000'),
                             'back: 20000000\n')

    def test_last_words(self):
        """What was sent before the end arrives, however slowly"""
        world.counted = 0
        self.run_foreign('leave', WEB, str(SLOW), '3000000')
        netns.wait_until(lambda: world.counted == 3000000, 'all of it')

    def test_many_threads_wait(self):
        world.socks.delay = 1
        start = time.monotonic()
        all_ = [self.start(FOREIGN, 'fetch', WEB, '7') for _ in range(3)]
        shell = self.start('sh', '-c', 'for i in 1 2 3 4 5 6 7 8; do '
                           f'{FOREIGN} fetch {WEB} 7 & done; wait')
        self.assertEqual(shell.communicate(timeout=PATIENCE)[0],
                         8 * 'hello\n')
        for process in all_:
            self.assertEqual(process.communicate(timeout=PATIENCE)[0],
                             'hello\n')
        self.assertLess(time.monotonic() - start, 4)


    def test_guard_killed(self):
        """No answer any more, and no way past it"""
        world.socks.delay = 60
        before = guards()
        process = self.start(FOREIGN, 'fetch', WEB, '7')
        netns.wait_until(lambda: world.socks.asked, 'the proxy to be asked')
        for pid in guards() - before:
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(process.communicate(timeout=PATIENCE)[0],
                         'connect: ENOSYS\n')
        self.assertEqual(world.peers, [])


class Signals(Case):
    def test_handler_interrupts(self):
        world.socks.delay = 2
        text = self.run_foreign('alarm', WEB, '7')
        self.assertTrue(text.startswith('alarm\nconnect: EINTR\n'), text)
        self.assertLess(self.number('after', text), 800)

    def test_handler_restarts(self):
        world.socks.delay = 1
        text = self.run_foreign('restart', WEB, '7')
        self.assertTrue(text.startswith('alarm\nconnect: 0\n'), text)
        self.assertLess(self.number('after', text), 2500)

    def test_killed(self):
        world.socks.delay = 3
        process = self.start(FOREIGN, 'fetch', WEB, '7')
        netns.wait_until(lambda: world.socks.asked, 'the proxy to be asked')
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE), -signal.SIGTERM)
        self.assertLess(time.monotonic() - start, 1)
        process.communicate()


class Datagrams(Case):
    def test_not_connected_is_refused(self):
        self.assertEqual(self.run_foreign('sendto', WEB, '7'),
                         'send: ENETUNREACH\n')
        self.assertEqual(world.peers, [])

    def test_connected(self):
        self.assertEqual(self.run_foreign('datagram', WEB, '7'), 'hello\n')
        self.assertEqual(world.peers, [EXIT])

    def test_sent_before_the_association(self):
        world.socks.delay = 0.5
        self.assertEqual(self.run_foreign('datagram', WEB, '7'), 'hello\n')

    def test_last_words(self):
        """What was sent before the end arrives, although nobody waits"""
        world.socks.delay = 0.7
        start = time.monotonic()
        self.run_foreign('shout', WEB, '7')  # reads to the end of its stderr
        self.assertLess(time.monotonic() - start, 0.5)
        self.assertEqual(world.peers, [])
        netns.wait_until(lambda: world.peers == [EXIT], 'the datagram')

    def test_many(self):
        self.assertEqual(self.run_foreign('many', WEB, '7', '500'),
                         'back: 500\n')

    def test_no_relay(self):
        world.socks.udp = False
        text = self.run_foreign('datagram', WEB, '7')
        self.assertTrue(text.endswith('ECONNREFUSED\n'), text)

    def test_blocked(self):
        self.assertEqual(
            self.run_foreign('datagram', WEB, '7', options=['--udp=block']),
            'connect: ENETUNREACH\n')

    def test_groups_are_not_joined(self):
        """The kernel would tell the network"""
        loopback = str(socket.if_nametoindex('lo'))
        for group in ('239.1.2.3', 'ff05::123'):
            self.assertEqual(self.run_foreign('join', group, loopback),
                             'join: ENODEV\nagain: ENODEV\n')
            bare = subprocess.run([FOREIGN, 'join', group, loopback],
                                  stdout=subprocess.PIPE, text=True).stdout
            self.assertEqual(bare, 'join: 0\nagain: EADDRINUSE\n')

    def test_addressed_to_the_peer(self):
        self.assertEqual(self.run_foreign('both', WEB, '7'), 'hello\n')

    def test_loopback_is_direct(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as local:
            local.bind(('127.0.0.1', 0))
            process = self.start(FOREIGN, 'sendto', '127.0.0.1',
                                 str(local.getsockname()[1]))
            data, peer = local.recvfrom(100)
            local.sendto(data.upper(), peer)
            self.assertEqual(process.communicate(timeout=PATIENCE)[0],
                             'HELLO\n')


class Go(Case):
    def setUp(self):
        super().setUp()
        if not world.make_go():
            self.skipTest('no go')

    def fetch(self, *args):
        with self.start(world.go, *args) as process:
            return process.communicate(timeout=PATIENCE)[0]

    def test_by_address(self):
        self.assertEqual(self.fetch(f'http://{WEB}/'), 'good: 1\nbad: 0\n')

    def test_by_name(self):
        """The name server is never asked, and the proxy gets the name"""
        netns.write(world.resolv_conf, 'nameserver 127.0.0.53\n')
        self.assertEqual(self.fetch('http://web.test/'), 'good: 1\nbad: 0\n')
        self.assertEqual(world.socks.asked, [(1, 'web.test', 80)])

    def test_by_name_of_public_server(self):
        """... but one that the proxy can reach is, by TCP if it has to be"""
        world.socks.udp = False
        netns.write(world.resolv_conf, f'nameserver {WEB}\n')
        self.assertEqual(self.fetch('http://web.test/'), 'good: 1\nbad: 0\n')
        self.assertIn((1, WEB, 53), world.socks.asked)
        self.assertIn((1, WEB, 80), world.socks.asked)

    def test_many_at_once(self):
        world.socks.delay = 0.2
        start = time.monotonic()
        self.assertEqual(self.fetch(f'http://{WEB}/', '200'),
                         'good: 200\nbad: 0\n')
        self.assertLess(time.monotonic() - start, 5)

    def test_timeout(self):
        world.socks.delay = 2
        text = self.fetch(f'http://{WEB}/', '5', '300')
        self.assertIn('bad: 5\n', text)
        self.assertIn('i/o timeout', text)
        self.assertLess(self.number('longest', text), 350)


if __name__ == '__main__':
    netns.enter()
    LAUNCHER, FOREIGN = map(os.path.abspath, (sys.argv.pop(1),
                                              sys.argv.pop(1)))
    world = World()
    try:
        unittest.main(verbosity=2)
    finally:
        shutil.rmtree(world.work)
