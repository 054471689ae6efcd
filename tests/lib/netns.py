# SPDX-License-Identifier: MIT
"""A private Internet for tests, and a count of what leaks into it.

    machine "wrapped" ---- veth ----+
                                    +--- outside: every address there is
    machine "bare"    ---- veth ----+

*Outside* is the namespace in which the test program itself runs after
enter(). It owns every IPv4 and IPv6 address: whatever a machine sends gets an
answer, if only a reset or an ICMP error. Proxies and servers listen there.

A *Machine* is where a tested command runs. Its default routes (IPv4 and IPv6)
lead outside, so nothing stops a leak, and every packet it sends is looked at:
all that is not TCP to the proxy, or a datagram with the header of RFC 1928 to
the proxy's address, is a leak. A second name server listens on the
machine's own loopback, as systemd-resolved does; its queries are leaks too.
Commands run without socksify on one machine and with it on another: a late
packet of the former can never be taken for a leak of the latter.

Needs root or unprivileged user namespaces, Linux >= 4.20, iproute2.
"""

import collections
import contextlib
import ctypes
import glob
import ipaddress
import os
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

# What the outside's addresses are used for. None of them is private: a
# resolver or a policy may treat those in its own way.
PROXY, PROXY6 = "198.51.100.1", "2001:db8:ff::1"
PROXY_DOWN = "198.51.100.9"  # where none listens
EXIT, EXIT6 = "203.0.113.1", "2001:db8:1::1"  # where proxies connect from
WEB, WEB6 = "203.0.113.10", "2001:db8:1::10"
SSH, SSH6 = "203.0.113.22", "2001:db8:1::22"
DNS, DNS6 = "203.0.113.53", "2001:db8:1::53"
LOCAL_DNS = "127.0.0.53"
PRIVATE_DNS = "192.168.1.53"  # there, too, but not for a proxy to ask

ENTERED = "SOCKSIFY_TEST_NETNS"
CLONE_NEWNET = 0x40000000
SO_RCVBUFFORCE, SOL_PACKET = 33, 263
PACKET_STATISTICS, PACKET_IGNORE_OUTGOING = 6, 23
ETH_P_ALL, ETH_P_IP, ETH_P_ARP, ETH_P_IPV6 = 0x3, 0x800, 0x806, 0x86DD
# Multicast listener reports, router and neighbour discovery: a link's life.
ICMPV6_OF_THE_LINK = {130, 131, 132, 133, 134, 135, 136, 137, 143}


def enter():
    """Run the calling program again, in namespaces of its own.

    Returns there. All that it starts ends with it.
    """
    if ENTERED not in os.environ:
        os.environ[ENTERED] = "1"
        user = ["--user", "--map-root-user"] if os.geteuid() else []
        os.execvp("unshare", ["unshare", *user, "--net", "--mount", "--pid",
                              "--fork", "--kill-child", "--mount-proc",
                              sys.executable, *sys.argv])
    del os.environ[ENTERED]


def is_full_root():
    """Can we become other users? Not as the root of a one-user namespace."""
    with open("/proc/self/uid_map") as file:
        return int(file.read().split()[2]) > 1


def run(*command, **how):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, **how)


def write(path, text, mode=0o644):
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


# Duplicate address detection would take a second per address.
LOOPBACK_UP = """
for i in all default; do echo 0 > /proc/sys/net/ipv6/conf/$i/accept_dad; done
ip link set lo up
"""


def ip(pid, commands):
    """Run `ip` commands, one per line, in the network of a process."""
    for command in commands.splitlines():
        if command.strip():
            run("nsenter", f"--net=/proc/{pid}/ns/net", "ip", *command.split())


def in_network_of(pid, function):
    """Call function() in the network of another process: sockets stay there."""
    result = []

    def call():
        with open(f"/proc/{pid}/ns/net") as file:
            if ctypes.CDLL(None, use_errno=True).setns(
                    file.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        result.append(function())

    thread = threading.Thread(target=call)  # setns() is for one thread only
    thread.start()
    thread.join()
    return result[0]


class Outside:
    """The namespace that answers for every address, and its /etc."""

    def __init__(self):
        self.work = tempfile.mkdtemp(prefix="socksify-test.")
        os.chmod(self.work, 0o755)
        # No name service cache, no resolver daemon of the real machine.
        links = {name: os.path.realpath(name) for name in
                 ("/etc/resolv.conf", "/etc/hosts")}
        run("mount", "-t", "tmpfs", "-o", "mode=755", "none", "/run")
        os.makedirs("/run/sshd")
        os.makedirs("/run/lock")
        for path in links.values():
            if path.startswith("/run/"):
                os.makedirs(os.path.dirname(path), exist_ok=True)
                write(path, "")
        run("sh", "-ec", LOOPBACK_UP +
            "echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind")
        ip(os.getpid(), f"""
            address add {EXIT}/32 dev lo
            address add {PROXY}/32 dev lo
            -6 address add {EXIT6}/128 dev lo
            -6 address add {PROXY6}/128 dev lo
            route add local 0.0.0.0/0 dev lo src {EXIT} table local
            -6 route add local ::/0 dev lo src {EXIT6} table local""")

    def etc(self, name, text, mode=0o644):
        """Have a text of our own in /etc, here and in machines to come."""
        path = write(os.path.join(self.work, "etc-" + name), text, mode)
        run("mount", "--bind", path, "/etc/" + name)

    def path(self, name):
        return os.path.join(self.work, name)

    def remove(self):
        shutil.rmtree(self.work, ignore_errors=True)


class Machine:
    """Where a command runs, and where each of its packets is looked at."""

    def __init__(self, outside, name, number, hosts):
        self.name = name
        self.proxies = set()  # (address, port): TCP to these is no leak
        self.local_queries = []  # filled by whoever serves LOCAL_DNS
        self.home = outside.path("home-" + name)
        os.mkdir(self.home)
        # Its own namespaces live as long as this process.
        self.holder = subprocess.Popen(
            ["unshare", "--net", "--mount", "sh", "-c",
             LOOPBACK_UP + 'mount --bind "$0" /etc/hosts;'
             'mount --bind "$1" /etc/resolv.conf; echo; exec sleep infinity',
             write(outside.path("hosts-" + name), hosts),
             write(outside.path("resolv-" + name), "")],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.holder.stdout.readline()
        self.resolv_conf = outside.path("resolv-" + name)
        self.use_name_server(DNS)

        net, net6, pid = f"10.99.{number}", f"fd99:{number}::", self.holder.pid
        ip(os.getpid(), f"""
            link add name {name} type veth peer name eth0 netns {pid}
            address add {net}.1/24 dev {name}
            -6 address add {net6}1/64 dev {name}
            link set {name} up""")
        # More specific than the routes by which all is local.
        ip(os.getpid(), f"""
            route add {net}.2/32 dev {name} table local
            -6 route add {net6}2/128 dev {name} table local""")
        ip(pid, f"""
            address add {net}.2/24 dev eth0
            -6 address add {net6}2/64 dev eth0
            link set eth0 up
            route add default via {net}.1
            -6 route add default via {net6}1""")
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        with contextlib.suppress(PermissionError):  # of a user's namespace
            self.wire.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self.wire.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.wire.bind((name, ETH_P_ALL))
        self.frames = collections.deque()
        threading.Thread(target=self.collect, daemon=True).start()

    def use_name_server(self, address):
        """What /etc/resolv.conf names; written in place, as it is mounted."""
        write(self.resolv_conf,
              f"nameserver {address}\noptions timeout:1 attempts:1\n")

    def environment(self, **more):
        """A clean one: no variable of the real machine is seen."""
        return {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
                        "/sbin:/bin",
                "HOME": self.home, "LANG": "C.UTF-8", "TERM": "dumb", **more}

    def run(self, argv, env={}, folder="/", timeout=30, drive=None):
        """Run a command to its end; drive(Running) works beside it."""
        enter = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net",
                 f"--mount=/proc/{self.holder.pid}/ns/mnt", "--",
                 "sh", "-c", 'cd "$0" && exec "$@"', folder]
        self.leaks()
        process = subprocess.Popen(
            enter + argv, env=self.environment(**env), start_new_session=True,
            stdin=subprocess.PIPE if drive else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        running = Running(process)
        helper = threading.Thread(target=drive, args=(running,)) \
            if drive else None
        if helper:
            helper.start()
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            status = None
        # What it left behind in its session must not hold the pipes open.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if helper:
            helper.join()
        running.close()
        with contextlib.suppress(TimeoutError):  # a daemon's stays
            wait_until(lambda: not self.has_supervisor(), "the supervisor", 3)
        time.sleep(0.02)
        return Result(status, *running.text(), self.leaks())

    def has_supervisor(self):
        """Is a guard at work here still? What it sends belongs to this run."""
        for comm in glob.glob("/proc/[0-9]*/comm"):
            with contextlib.suppress(OSError), open(comm) as file:
                if file.read() == "socksify-guard\n" and os.path.samefile(
                        os.path.dirname(comm) + "/ns/net",
                        f"/proc/{self.holder.pid}/ns/net"):
                    return True
        return False

    def collect(self):
        while True:
            self.frames.append(self.wire.recv(256))

    def is_to_proxy(self, packet):
        if packet.protocol == "tcp":
            return packet.to in self.proxies
        return packet.relayed and packet.to[0] in [a for a, _ in self.proxies]

    def leaks(self):
        """What left this machine beside the proxy since the last call."""
        found = []
        while self.frames or select.select([self.wire], [], [], 0)[0]:
            if not self.frames:
                time.sleep(0.001)
                continue
            packet = Packet(self.frames.popleft())
            if not packet.harmless and not self.is_to_proxy(packet):
                found.append(str(packet))
        _, dropped = struct.unpack("II", self.wire.getsockopt(
            SOL_PACKET, PACKET_STATISTICS, 8))
        if dropped:
            found.append(f"{dropped} packets that could not be looked at")
        found += [f"query to {LOCAL_DNS}: {q}" for q in self.local_queries]
        self.local_queries.clear()
        return found


class Result:
    """How a command ended: its status is minus the signal that ended it, or
    None if it ran for too long."""

    def __init__(self, status, out, err, leaks):
        self.status, self.out, self.err = status, out, err
        self.leaks = leaks


class Running:
    """A command while it runs; its output is read all the time."""

    def __init__(self, process):
        self.process = process
        self.parts = [[], []]
        self.threads = [
            threading.Thread(target=self.collect, args=pair, daemon=True)
            for pair in zip((process.stdout, process.stderr), self.parts)]
        for thread in self.threads:
            thread.start()

    @staticmethod
    def collect(stream, parts):
        while data := os.read(stream.fileno(), 65536):
            parts.append(data)

    def output(self):
        return b"".join(self.parts[0]).decode(errors="replace")

    def send(self, text):
        with contextlib.suppress(BrokenPipeError):
            os.write(self.process.stdin.fileno(), text.encode())

    def wait_for(self, text, count=1, seconds=10):
        """Until it has printed a text so many times, or has ended."""
        wait_until(lambda: self.output().count(text) >= count or
                   self.process.returncode is not None, text, seconds)

    def close(self):
        """The end of its input."""
        if self.process.stdin:
            self.process.stdin.close()

    def text(self):
        for thread in self.threads:
            thread.join(2)
        return [b"".join(parts).decode(errors="replace")
                for parts in self.parts]


class Packet:
    """As much of an Ethernet frame as tells what it is."""

    def __init__(self, frame):
        self.harmless = False
        self.relayed = False  # RSV, FRAG and ATYP as RFC 1928 wants them; or
        # the kernel's word that nobody is here for what the relay sent
        self.protocol, self.source, self.to, self.note = "", "", None, ""
        kind = struct.unpack_from("!H", frame, 12)[0]
        if kind == ETH_P_IP:
            self.parse_ipv4(frame[14:])
        elif kind == ETH_P_IPV6:
            self.parse_ipv6(frame[14:])
        else:
            self.protocol = f"ethertype {kind:04x}"
            self.harmless = kind == ETH_P_ARP

    def parse_ipv4(self, ip):
        header = (ip[0] & 15) * 4
        self.parse_payload(ip[9], ip[12:16], ip[16:20], ip[header:])

    def parse_ipv6(self, ip):
        kind, payload = ip[6], ip[40:]
        while kind in (0, 60):  # hop-by-hop and destination options
            kind, payload = payload[0], payload[payload[1] * 8 + 8:]
        self.parse_payload(kind, ip[8:24], ip[24:40], payload)
        if kind == 58:
            self.harmless = payload[0] in ICMPV6_OF_THE_LINK

    def parse_payload(self, kind, source, target, payload):
        source, target = (str(ipaddress.ip_address(a))
                          for a in (source, target))
        ports = struct.unpack_from("!HH", payload) \
            if kind in (6, 17) and len(payload) >= 4 else (0, 0)
        self.protocol = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6"}.get(
            kind, f"protocol {kind}")
        self.source, self.to = source, (target, ports[1])
        if kind == 6 and len(payload) > 13 and payload[13] & 2:
            self.note = " (syn)"
        elif kind in (1, 58):
            self.relayed = payload[0] == {1: 3, 58: 1}[kind]
        elif kind == 17:
            self.relayed = payload[8:11] == bytes(3) and payload[11] in (1, 3, 4)
        if kind == 17 and ports[1] == 53:
            self.note = f" ({question(payload[8:])})"

    def __str__(self):
        if not self.to:
            return self.protocol
        return f"{self.protocol} to {self.to[0]} port {self.to[1]}{self.note}"


def question(message):
    """The name that a DNS query asks for, for humans."""
    labels, at = [], 12
    while at < len(message) and message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode("latin-1"))
        at += 1 + message[at]
    return ".".join(labels)


def wait_until(condition, what, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.01)


def listens(address, port):
    """Does a server accept connections there?"""
    with socket.socket(socket.AF_INET6 if ":" in address
                       else socket.AF_INET) as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


def is_bound(address, port):
    """Has a server taken that UDP port?"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return True
    return False
