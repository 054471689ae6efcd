# SPDX-License-Identifier: MIT
"""A world in which every connect takes its time.

    the oracle's network --- tun --- we --- tun --- the peer's network

Both ends are the kernel's own TCP. Between them is a wire that holds back the
first SYN of each connection for DELAY: then the peer accepts or refuses (RST),
as it does for the port in question, or the wire itself answers that there is no
such host or network (ICMP): a router's kernel would not do so often enough. A
proxy stands beside the peer; connections to it are not delayed, it waits
itself, and then tries the same targets, where the same is to be found.

Needs root, or user namespaces; and /dev/net/tun.
"""

import ctypes
import fcntl
import heapq
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time

DELAY = 0.200
PEER, PROXY = '203.0.113.1', '203.0.113.100'
NO_HOST, NO_NET = '203.0.113.2', '192.88.99.1'
PROXY_PORT = 1080
US = '198.18.0.1'

ENTERED = 'SOCKSIFY_ORACLE_NETNS'
CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454ca, 0x1, 0x1000


class Unavailable(Exception):
    pass


def enter():
    """Run the calling program again, in a network of its own."""
    if os.environ.pop(ENTERED, None):
        return
    user = ['--user', '--map-root-user'] if os.geteuid() else []
    command = ['unshare', *user, '--net', '--mount', '--pid',
               '--fork', '--kill-child', '--mount-proc']
    try:
        probe = subprocess.run(command + ['true'], capture_output=True,
                               text=True)
    except FileNotFoundError as e:
        raise Unavailable(str(e)) from None
    if probe.returncode:
        raise Unavailable(probe.stderr.strip())
    os.environ[ENTERED] = '1'
    os.execvp('unshare', command + [sys.executable, *sys.argv])


def open_tun():
    """The interface tun0, in the network of the calling thread."""
    try:
        fd = os.open('/dev/net/tun', os.O_RDWR)
        fcntl.ioctl(fd, TUNSETIFF,
                    struct.pack('16sH22x', b'tun0', IFF_TUN | IFF_NO_PI))
    except OSError as e:
        raise Unavailable('/dev/net/tun: ' + e.strerror) from None
    return fd


def ip(commands):
    try:
        subprocess.run(['ip', '-batch', '-'], input=commands, text=True,
                       check=True)
    except FileNotFoundError as e:
        raise Unavailable(str(e)) from None


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


# The codes of "destination unreachable".
UNREACHABLE = {socket.inet_aton(NO_NET): 0, socket.inet_aton(NO_HOST): 1}


def unreachable(packet):
    """The ICMP message about a packet, from the peer as a router."""
    quoted = packet[:(packet[0] & 15) * 4 + 8]
    icmp = struct.pack('!BBHI', 3, UNREACHABLE[packet[16:20]], 0, 0) + quoted
    icmp = icmp[:2] + struct.pack('!H', checksum(icmp)) + icmp[4:]
    ip = struct.pack('!BBHIBBH4s4s', 0x45, 0, 20 + len(icmp), 0, 64, 1, 0,
                     socket.inet_aton(PEER), packet[12:16])
    return ip[:10] + struct.pack('!H', checksum(ip)) + ip[12:] + icmp


class Wire(threading.Thread):
    """Carries packets between the two; a SYN to the peer waits for DELAY."""

    def __init__(self, near, far):
        super().__init__(daemon=True)
        self.near, self.far, self.held, self.count = near, far, [], 0

    @staticmethod
    def is_delayed(packet):
        """The SYN of a connection that is not one to the proxy?"""
        if packet[0] >> 4 != 4 or packet[9] != 6:
            return False
        flags = packet[(packet[0] & 15) * 4 + 13]
        return flags & 0x12 == 0x02 and \
            packet[16:20] != socket.inet_aton(PROXY)

    def run(self):
        while True:
            wait = max(0, self.held[0][0] - time.monotonic()) \
                if self.held else None
            for fd in select.select([self.near, self.far], [], [], wait)[0]:
                packet = os.read(fd, 65536)
                if fd == self.far:
                    os.write(self.near, packet)
                elif self.is_delayed(packet):
                    self.count += 1
                    heapq.heappush(self.held, (time.monotonic() + DELAY,
                                               self.count, packet))
                else:
                    os.write(self.far, packet)
            while self.held and self.held[0][0] <= time.monotonic():
                packet = heapq.heappop(self.held)[2]
                if packet[16:20] in UNREACHABLE:
                    os.write(self.near, unreachable(packet))
                else:
                    os.write(self.far, packet)


class World:
    """The peer's network, its servers, and the wire."""

    def __init__(self, fakesocks, folder):
        self.fakesocks, self.folder = fakesocks, folder
        self.servers, error = [], []
        near = open_tun()
        ip(f'''link set lo up
               link set tun0 up
               address add {US}/32 dev tun0
               route add default dev tun0\n''')

        def call():
            try:
                self.build_peer(near)
            except Exception as e:  # for the thread that waits
                error.append(e)

        # What is done in this thread is done in the peer's network.
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
        if error:
            raise error[0]

    def build_peer(self, near):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNET):
            raise Unavailable('unshare: ' + os.strerror(ctypes.get_errno()))
        far = open_tun()
        ip(f'''link set lo up
               link set tun0 up
               address add {PEER}/32 dev lo
               address add {PROXY}/32 dev lo
               route add {US} dev tun0
               route add unreachable {NO_HOST}\n''')
        Wire(near, far).start()
        self.serve(PEER, 7, 'echo')
        self.serve(PEER, 13, "send 'hello'; echo")
        self.log = self.serve(
            PROXY, PROXY_PORT, 'read-greeting; send 0500; read-request; '
            f'delay {DELAY * 1000:.0f}; tunnel')
        # One that reads on while the program makes up its mind.
        self.stalled_log = self.serve(
            PROXY, PROXY_PORT + 1,
            'read-greeting; send 0500; read-request; stall')

    def serve(self, address, port, script):
        """Start a server that plays a script. Return: its log's path"""
        base = os.path.join(self.folder, str(port))
        self.servers.append(subprocess.Popen(
            [self.fakesocks, '-a', address, '-p', str(port), '-P',
             base + '.port', '-l', base + '.log', script],
            stdin=subprocess.DEVNULL, start_new_session=True))
        end = time.monotonic() + 10
        while not os.path.exists(base + '.port'):
            if self.servers[-1].poll() is not None or time.monotonic() > end:
                raise RuntimeError('a server does not start')
            time.sleep(0.005)
        return base + '.log'
