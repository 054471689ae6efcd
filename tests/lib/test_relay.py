#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The relay of fakesocks, by a client that composes its headers itself.

Argument: FAKESOCKS
"""
import contextlib
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

FAKESOCKS = os.path.abspath(sys.argv.pop(1))
MORE = 0.05  # seconds without another datagram: no more will come


def header(host, port, frag=0):
    """RFC 1928 section 7; a host without dots or colons is a name"""
    if ":" in host:
        address = b"\4" + socket.inet_pton(socket.AF_INET6, host)
    elif host[0].isdigit():
        address = b"\1" + socket.inet_aton(host)
    else:
        address = b"\3" + bytes([len(host)]) + host.encode()
    return struct.pack(">HB", 0, frag) + address + struct.pack(">H", port)


class Association:
    """A control connection, and a socket that uses its relay."""

    def __init__(self, server):
        family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
        self.tcp = socket.create_connection(server, 5)
        self.tcp.sendall(b"\5\1\0")
        assert self.tcp.recv(2) == b"\5\0"
        self.tcp.sendall(b"\5\3\0\1\0\0\0\0\0\0")
        self.reply = self.tcp.recv(300)
        self.port = struct.unpack(">H", self.reply[-2:])[0]
        self.udp = socket.socket(family, socket.SOCK_DGRAM)
        self.relay = (server[0], self.port)

    def send(self, datagram):
        self.udp.sendto(datagram, self.relay)

    def receive(self, least=1):
        """all that comes, and whence"""
        got = []
        with contextlib.suppress(TimeoutError):
            while True:
                self.udp.settimeout(5 if len(got) < least else MORE)
                got.append(self.udp.recvfrom(65536))
        return got

    def ask(self, datagram, least=1):
        """what comes from the relay itself"""
        self.send(datagram)
        return [data for data, source in self.receive(least)
                if source[:2] == self.relay]

    def close(self):
        self.tcp.close()
        self.udp.close()


class Relay(unittest.TestCase):
    def start(self, words="", address="127.0.0.1"):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.log = os.path.join(folder.name, "log")
        port = os.path.join(folder.name, "port")
        process = subprocess.Popen(
            [FAKESOCKS, "-a", address, "-P", port, "-l", self.log,
             "read-greeting; send 0500; read-request; relay " + words])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        end = time.monotonic() + 10
        while not os.path.exists(port):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        with open(port) as file:
            association = Association((address, int(file.read())))
        self.addCleanup(association.close)
        return association

    def logged(self, pattern):
        end = time.monotonic() + 2
        while True:
            with open(self.log) as file:
                found = re.findall(pattern, file.read(), re.MULTILINE)
            if found or time.monotonic() > end:
                return found
            time.sleep(0.02)

    def test_echo(self):
        a = self.start()
        self.assertEqual(a.reply[:8], b"\5\0\0\1\x7f\0\0\1")
        for head in (header("192.0.2.1", 53), header("2001:db8::1", 5300),
                     header("web.test", 80), header("x" * 255, 1)):
            for text in b"text", b"", b"y" * 40000:
                self.assertEqual(a.ask(head + text), [head + text])
        self.assertEqual(len(self.logged("^1 datagram rsv=0 frag=0 ")), 12)
        self.assertTrue(self.logged(
            "atyp=3 host=web.test port=80 length=4 data=text from="
            f"{a.udp.getsockname()[1]}$"))
        self.assertTrue(self.logged("atyp=1 host=192.0.2.1 port=53 length=0"))
        self.assertTrue(self.logged("atyp=4 host=2001:db8::1 port=5300 "))

    def test_no_header(self):
        a = self.start()
        self.assertEqual(a.ask(b"text", 0), [])
        self.assertEqual(a.ask(b"\0\0\0\3\0\0\0", 0), [])
        self.assertEqual(len(self.logged("^1 datagram no header")), 2)

    def test_end(self):
        a = self.start()
        a.ask(header("a", 1) + b"x")
        a.close()
        self.assertTrue(self.logged("^1 client left"))

    def test_where(self):
        self.assertEqual(self.start("zero").reply[:8], b"\5\0\0\1\0\0\0\0")
        a = self.start("name=relay.test")
        self.assertEqual(a.reply[:-2], b"\5\0\0\3\x0arelay.test")
        head = header("192.0.2.1", 53)
        self.assertEqual(a.ask(head + b"x"), [head + b"x"])
        a = self.start("", "::1")
        self.assertEqual(a.reply[:-2], b"\5\0\0\4" + bytes(15) + b"\1")
        self.assertEqual(a.ask(head + b"x"), [head + b"x"])
        self.assertEqual(self.start("zero", "::1").reply[:-2],
                         b"\5\0\0\4" + bytes(16))
        a = self.start("only4", "::1")
        self.assertEqual(a.reply[:-2], b"\5\0\0\1\x7f\0\0\1")

    def test_source(self):
        for host in "192.0.2.9", "2001:db8::9", "other.test":
            text = f"[{host}]" if ":" in host else host
            a = self.start(f"source={text}:5353")
            self.assertEqual(a.ask(header("192.0.2.1", 53) + b"x"),
                             [header(host, 5353) + b"x"])

    def test_resolve(self):
        a = self.start("resolve")
        one, = a.ask(header("web.test", 53) + b"x")
        two, = a.ask(header("wec.test", 53) + b"x")
        self.assertEqual((one[:7], one[8:]), (header("192.0.2.0", 53)[:7],
                                              b"\0\x35x"))
        self.assertNotEqual(one, two)
        head = header("192.0.2.1", 53)
        self.assertEqual(a.ask(head + b"x"), [head + b"x"])

    def test_stranger(self):
        a = self.start("stranger")
        head = header("192.0.2.1", 53)
        a.send(head + b"x")
        got = a.receive(2)
        self.assertEqual([data for data, _ in got],
                         [head + b"stranger", head + b"x"])
        self.assertNotEqual(got[0][1], a.relay)
        self.assertEqual(got[1][1], a.relay)

    def test_bad(self):
        a = self.start("bad")
        head = header("192.0.2.1", 53)
        got = a.ask(head + b"x", 16)
        self.assertEqual(got[-1], head + b"x")
        for bad in got[:-1]:
            if len(bad) >= 10:
                self.assertTrue(bad[:2] != b"\0\0" or bad[3] != 1, bad)
        self.assertEqual(sorted({len(bad) for bad in got[:-1]}),
                         list(range(10)) + [13])

    def test_count(self):
        head = header("192.0.2.1", 53)
        self.assertEqual(self.start("twice").ask(head + b"x", 2),
                         [head + b"x"] * 2)
        self.assertEqual(self.start("silent").ask(head + b"x", 0), [])
        self.assertEqual(len(self.logged("^1 datagram ")), 1)

    def test_delay(self):
        a = self.start("delay=200")
        start = time.monotonic()
        a.send(header("192.0.2.1", 53) + b"x")
        a.udp.settimeout(5)
        a.udp.recv(100)
        self.assertGreaterEqual(time.monotonic() - start, 0.199)

    def test_fragments(self):
        def pieces(*which):
            return [header("192.0.2.1", 53, frag) + text
                    for frag, text in which]
        one, two, three = (1, b"a"), (2, b"bc"), (0x83, b"de")
        head = header("192.0.2.1", 53)
        a = self.start("fragments=3")
        self.assertEqual(a.ask(head + b"abcde", 3),
                         pieces(one, two, three))
        self.assertEqual(a.ask(head + b"ab"), [head + b"ab"])
        self.assertEqual(self.start("fragments=3 skip=2").ask(
            head + b"abcde", 2), pieces(one, three))
        self.assertEqual(self.start("fragments=3 swap").ask(
            head + b"abcde", 3), pieces(three, two, one))

    def test_loss(self):
        head = header("192.0.2.1", 53)
        a = self.start("lose=2")
        for text in b"1", b"2":
            self.assertEqual(a.ask(head + text), [head + text])
        self.assertEqual(a.tcp.recv(1), b"")
        a = self.start("shut=1")
        self.assertEqual(a.ask(head + b"1"), [head + b"1"])
        a.udp.connect(a.relay)
        a.udp.send(head + b"2")
        with self.assertRaises(ConnectionRefusedError):
            a.udp.recv(100)
        a.tcp.settimeout(MORE)
        with self.assertRaises(TimeoutError):
            a.tcp.recv(1)
        a.close()
        self.assertTrue(self.logged("^1 client left"))

    def test_word(self):
        done = subprocess.run([FAKESOCKS, "-p", "0", "relay nonsense"],
                              capture_output=True, timeout=10, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"nonsense", done.stderr)


unittest.main()
