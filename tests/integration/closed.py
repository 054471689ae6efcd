# SPDX-License-Identifier: MIT
"""What cannot be proxied fails, and does not leave the machine."""

import os

from netns import DNS, DNS6, PROXY, WEB, WEB6
from scenario import Scenario, nobody_asked
from servers import HELLO

# Kinds of sockets that no proxy knows: by the function and by its number.
SOCKETS = """
import ctypes, errno, socket
libc = ctypes.CDLL(None, use_errno=True)
try:
    socket.create_connection(("@WEB@", 7)).close()
except OSError:
    pass
made = 0
for kind in ((2, 3, 1), (2, 2, 1), (10, 3, 58), (10, 2, 58), (17, 3, 768),
             (2, 10, 768), (2, 5, 132), (2, 1, 132), (2, 6, 33), (2, 2, 136),
             (40, 1, 0), (30, 1, 0), (15, 3, 2), (43, 1, 0)):
    for call in ((libc.socket,), (libc.syscall, @NUMBER@)):
        made += call[0](*call[1:], *kind) != -1
# 425 is io_uring_setup
print(made, libc.syscall(425, 1, 0), ctypes.get_errno())
""".replace("@WEB@", WEB).replace("@NUMBER@", str(
    {"x86_64": 41, "aarch64": 198}.get(os.uname().machine)))
# Datagrams: by every call and to every kind of address.
DATAGRAMS = """
import socket
def tell(name, send):
    try:
        print(name, send())
    except OSError as error:
        print(name, error.errno)
def sends(name, family, address, *more):
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    tell("sendto " + name, lambda: s.sendto(b"x", (address, *more)))
    tell("sendmsg " + name,
         lambda: s.sendmsg([b"x"], [], 0, (address, *more)))
    tell("connect " + name, lambda: s.connect((address, *more)))
    tell("send " + name, lambda: s.send(b"x"))
INET, INET6 = socket.AF_INET, socket.AF_INET6
sends("public", INET, "@DNS@", 53)
sends("name", INET, "web.test", 53)
sends("public6", INET6, "@DNS6@", 53)
sends("mapped", INET6, "::ffff:@DNS@", 53)
sends("multicast", INET, "224.0.0.251", 5353)
sends("multicast6", INET6, "ff02::fb", 5353, 0, 2)
sends("broadcast", INET, "255.255.255.255", 67)
sends("its own net", INET, "10.99.3.255", 67)
sends("link-local6", INET6, "fe80::1", 53, 0, 2)
sends("the proxy's port", INET, "@PROXY@", 1080)
sends("a stub", INET, "127.0.0.53", 53)
sends("loopback's name server", INET, "127.0.0.1", 53)
"""
for mark, value in (("@DNS@", DNS), ("@DNS6@", DNS6), ("@PROXY@", PROXY)):
    DATAGRAMS = DATAGRAMS.replace(mark, value)

MULTICAST = """
import socket
group = socket.inet_aton("239.1.2.3")
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + bytes(4))
    print("joined")
except OSError as error:
    print(error.errno)
"""
# By address, with every way to connect.
CONNECTS = """
import socket
FASTOPEN = 0x20000000
def get(how):
    with socket.socket() as s:
        how(s)
        s.shutdown(socket.SHUT_WR)
        print(s.recv(100).decode())
def connect(s):
    s.connect(("@WEB@", 7))
    s.send(b"connect")
def option(s):
    s.setsockopt(socket.IPPROTO_TCP, 30, 1)  # TCP_FASTOPEN_CONNECT
    s.connect(("@WEB@", 7))
    s.send(b"option")
def nonblocking(s):
    s.settimeout(5)
    s.connect(("@WEB@", 7))
    s.send(b"nonblocking")
def bound(s):
    s.bind(("0.0.0.0", 0))
    s.connect(("@WEB@", 7))
    s.send(b"bound")
get(connect)
get(option)
get(nonblocking)
get(bound)
get(lambda s: s.sendto(b"sendto", FASTOPEN, ("@WEB@", 7)))
get(lambda s: s.sendmsg([b"send", b"msg"], [], FASTOPEN, ("@WEB@", 7)))
""".replace("@WEB@", WEB)
UNKNOWN_FAKE = """
import socket
for family, host in ((2, "198.18.77.77"), (10, "::ffff:198.18.77.77")):
    with socket.socket(family) as s:
        print(s.connect_ex((host, 80)))
"""
# Calls of libc that resolve and connect inside it.
INSIDE_LIBC = """
import ctypes, socket
libc = ctypes.CDLL(None)
user = ctypes.c_char_p(b"user")
print(bool(ctypes.c_void_p(libc.getnetbyname(b"web.test")).value))
print(libc.rcmd_af(ctypes.byref(ctypes.c_char_p(b"web.test")),
                   socket.htons(7), user, user, user, None, 2))
"""
LEAK = "curl -sS -m 10 -o /dev/null http://web.test/hello; "


def refused(name, command, out=(), status=1, **fields):
    """Without socksify it does whatever it does, but it leaks."""
    return Scenario("closed: " + name, command, out=list(out), status=status,
                    **{"bare_out": [], "bare_status": 0,
                       "check": nobody_asked, **fields})


SCENARIOS = [
    Scenario("closed: other kinds of sockets", ["python3", "-c", SOCKETS],
             out="0 -1 38\n", bare_out=[], needs="python3"),
    refused("datagrams", ["python3", "-c", DATAGRAMS], needs="python3",
            status=0, options=["--udp=block"],
            out=[f"{call} {name} {error}\n" for names, errors in (
                (("public", "name", "public6", "mapped", "its own net"),
                 (13, 13, 13, 89)),
                (("multicast", "multicast6", "broadcast", "link-local6"),
                 (101, 101, 101, 89)))
                 for name in names for call, error in zip(
                     ("sendto", "sendmsg", "connect", "send"), errors)]),
    refused("nc -u", f"echo x | nc -u -w 1 {DNS} 53", needs="nc",
            options=["--udp=block"]),
    refused("bash: /dev/udp", ["bash", "-c", f"echo x >/dev/udp/{DNS}/53"],
            needs="bash"),
    refused("joining a group", ["python3", "-c", MULTICAST], out=["19\n"],
            status=0, needs="python3"),
    refused("ping", f"ping -c 1 -W 1 {WEB}", status=2, needs="ping",
            heavy=True),
    refused("ping: by name", "ping -c 1 -W 1 web.test", status=2,
            needs="ping", heavy=True),
    refused("tcpdump", LEAK + "tcpdump -c 1 -i eth0", needs="tcpdump curl",
            heavy=True, check=None),
    Scenario("closed: what libc does inside itself",
             ["python3", "-c", INSIDE_LIBC], out="False\n3\n", bare_out=[],
             needs="python3"),
    Scenario("closed: every way to connect", ["python3", "-c", CONNECTS],
             out="connect\noption\nnonblocking\nbound\nsendto\nsendmsg\n",
             needs="python3"),
    refused("a fake address that stands for no name",
            ["python3", "-c", UNKNOWN_FAKE], out=["113\n113\n"], status=0,
            needs="python3"),
    Scenario("closed: a static program that clears the environment",
             "busybox env -i /usr/bin/curl -sS -m 5 http://web.test/hello",
             out=HELLO, needs="busybox curl"),
    Scenario("closed: a static shell", "busybox sh -c 'curl -sS -m 5 "
             "http://web.test/hello'", out=HELLO,
             needs="busybox curl"),
    Scenario("curl: by every option", "for option in '--interface eth0' "
             "--tcp-fastopen '--local-port 4000-4100' --tcp-nodelay "
             "'--keepalive-time 5' '--connect-timeout 5'; do "
             "curl -sS -m 10 $option http://web.test/hello; done | wc -l",
             out="6\n", needs="curl"),
    Scenario("curl: a name with a dot at its end", "curl -sS -m 10 "
             "http://web.test./hello", out=HELLO,
             needs="curl"),
    Scenario("ftp: curl", "curl -sS -m 10 ftp://web.test/file && curl -sS "
             "-m 10 --disable-epsv ftp://four.test/file && curl -sS -m 10 "
             f"'ftp://[{WEB6}]/file'", out="by ftp\nby ftp\nby ftp\n",
             needs="curl"),
    Scenario("ftp: lftp", "lftp -c 'set net:max-retries 1; set net:timeout 5; "
             "set ftp:use-feat off; cat ftp://four.test/file'",
             out="by ftp\n", needs="lftp"),
    Scenario("nc", "printf 'GET /hello HTTP/1.0\\r\\n\\r\\n' | nc -N -w 5 "
             "web.test 80", out=HELLO, needs="nc",
             asked="web.test:80"),
    Scenario("openssl: s_client", "printf 'GET /hello HTTP/1.0\\r\\n\\r\\n' | "
             "openssl s_client -quiet -CAfile @work@/certificate.pem -connect "
             "web.test:443 2>/dev/null | tail -n 1",
             out=HELLO, needs="openssl"),
]
