# SPDX-License-Identifier: MIT
"""Life inside somebody else's process: environments, descriptors, children,
allocators, users, debuggers, socksify itself."""

import os

from netns import PROXY
from scenario import Scenario, nobody_asked
from servers import HELLO

CURL = "curl -sS -m 10 http://web.test/hello"

# Resolves, then a child connects to the address by number.
CHILD = """
import socket, subprocess
host = socket.gethostbyname("web.test")
subprocess.run(["curl", "-sS", "-H", "Host: web.test", f"http://{host}/hello"],
               check=True)
"""
# A socket that one process makes and another one connects.
PASSED_ON = """
import os, socket
ours, theirs = socket.socketpair()
if os.fork() == 0:
    fd = socket.recv_fds(theirs, 1, 1)[1][0]
    with socket.socket(fileno=fd) as s:
        s.connect(("web.test", 7))
        s.sendall(b"text")
        s.shutdown(socket.SHUT_WR)
        print(s.recv(100).decode(), flush=True)
    os._exit(0)
with socket.socket() as s:
    socket.send_fds(ours, [b"x"], [s.fileno()])
os.wait()
"""
THREADS = """
import socket, threading
good, host = [], socket.gethostbyname("web.test")
def one(n):
    text = b"%03d" % n
    with socket.create_connection((host, 7)) as s:
        s.sendall(text)
        if s.recv(3) == text:
            good.append(n)
threads = [threading.Thread(target=one, args=(n,)) for n in range(200)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(good))
"""
ASYNCIO = """
import asyncio
async def one(n):
    reader, writer = await asyncio.open_connection("web.test", 7)
    writer.write(b"%d" % n)
    writer.write_eof()
    text = await reader.read()
    writer.close()
    return int(text)
async def main():
    print(sum(await asyncio.gather(*(one(n) for n in range(20)))))
asyncio.run(main())
"""
# Signals come all the time, their handler without SA_RESTART, while a socket
# that must not block connects to a proxy that takes its time.
SIGNALS = """
use Socket; use POSIX; use Time::HiRes "setitimer", "ITIMER_REAL";
socket(my $s, AF_INET, SOCK_STREAM, 0) or die;
fcntl($s, F_SETFL, O_NONBLOCK);
setsockopt($s, SOL_SOCKET, SO_SNDTIMEO, pack("qq", 0, 100000));
sigaction(SIGALRM, POSIX::SigAction->new(sub {}, undef, 0));
setitimer(ITIMER_REAL, 0.02, 0.02);
connect($s, pack_sockaddr_in(7, inet_aton("web.test"))) or $!{EINPROGRESS}
    or die "connect: $!";
setitimer(ITIMER_REAL, 0);
vec(my $set, fileno($s), 1) = 1;
select(undef, $set, undef, 5);
print "error ", unpack("i", getsockopt($s, SOL_SOCKET, SO_ERROR));
"""
# What programs do to descriptors that they never opened.
CLOSES = """
import os
os.closerange(3, 70000)
os.execvp("curl", ["curl", "-sS", "http://web.test/hello"])
"""
CLOSES_LISTED = """
import os
for fd in map(int, os.listdir("/proc/self/fd")):
    if fd > 2:
        try: os.close(fd)
        except OSError: pass
os.execvp("curl", ["curl", "-sS", "http://web.test/hello"])
"""
REPLACES = """
import os
for fd in sorted(map(int, os.listdir("/proc/self/fd"))):
    if fd > 2:
        os.dup2(0, fd)
os.execvp("curl", ["curl", "-sS", "http://web.test/hello"])
"""
MARKS = """
import fcntl, os
for fd in map(int, os.listdir("/proc/self/fd")):
    if fd > 2:
        try: fcntl.fcntl(fd, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        except OSError: pass
os.execvp("curl", ["curl", "-sS", "http://web.test/hello"])
"""
EXECVEAT = """
import ctypes
def strings(*words):
    return (ctypes.c_char_p * (len(words) + 1))(*words, None)
ctypes.CDLL(None).syscall(
    @NUMBER@, -100, b"/usr/bin/curl",
    strings(b"curl", b"-sS", b"http://web.test/hello"), strings(), 0)
"""
# system(3) starts its shell inside libc, with whatever environment is left.
CLEARED = """
import os
os.environ.clear()
os.system("/usr/bin/curl -sS -m 5 http://web.test/hello")
"""


def python(name, script, out=HELLO, **fields):
    return Scenario("inside: " + name, ["python3", "-c", script], out=out,
                    **{"needs": "python3 curl", **fields})


def curl(name, command, **fields):
    return Scenario("inside: " + name, command, **{
        "out": HELLO, "needs": "curl", **fields})


def with_library(name, needs=""):
    return curl(f"{name} is preloaded, too", CURL, env={"LD_PRELOAD": name},
                needs="curl " + name)


SCENARIOS = [
    # Children
    python("a child connects to what its parent resolved", CHILD,
           asked="web.test:80"),
    python("a socket is passed on", PASSED_ON, out="text\n"),
    python("200 threads", THREADS, out="200\n", proxy="microsocks"),
    python("asyncio", ASYNCIO, out="190\n"),
    curl("a daemon", f"(setsid sh -c '{CURL} >out 2>&1; mv out done' "
         "</dev/null >/dev/null 2>&1 &); until [ -e done ]; do sleep 0.05; "
         "done; cat done"),
    curl("timeout, nice, nohup, setsid, stdbuf", "nohup nice timeout 10 "
         f"stdbuf -oL setsid -w {CURL} 2>/dev/null"),
    curl("xargs", "echo http://web.test/hello | xargs curl -sS -m 10"),

    Scenario("inside: signals", ["perl", "-e", SIGNALS], None,
             "read-greeting; delay 300; send 0500; read-request; delay 300; "
             "send 05000001000000000000; echo", out="error 0", needs="perl"),

    # Environments
    curl("env -u", f"env -u LD_PRELOAD -u SOCKSIFY_RUN {CURL}"),
    python("execveat by its number, with nothing in the environment",
           EXECVEAT.replace("@NUMBER@", str({"x86_64": 322, "aarch64": 281}
                                            .get(os.uname().machine)))),
    curl("env -i in a shell", f"env -i PATH=/usr/bin:/bin sh -c '{CURL}'"),
    curl("200 variables and a long LD_PRELOAD", CURL, env={
        "LD_PRELOAD": ":".join(100 * ["libm.so.6"]),
        **{f"VARIABLE_{n}": 100 * "x" for n in range(200)}}),
    curl("LD_BIND_NOW", CURL, env={"LD_BIND_NOW": "1"}),
    with_library("libjemalloc.so.2"),
    with_library("libtcmalloc_minimal.so.4"),
    # No network, but no leak either.
    python("system(3) with nothing in the environment", CLEARED, out=[],
           status=None),

    # Descriptors
    python("a close loop", CLOSES),
    python("a close loop over /proc/self/fd", CLOSES_LISTED),
    python("all descriptors replaced", REPLACES),
    python("all descriptors marked", MARKS),
    curl("few descriptors", f"ulimit -n 24; {CURL}"),

    # Users
    curl("su", f"su nobody -s /bin/sh -c '{CURL}'", full_root=True),
    curl("su -", f"su - nobody -s /bin/sh -c '{CURL}' 2>/dev/null",
         full_root=True),
    curl("setpriv", "setpriv --reuid=65534 --regid=65534 --clear-groups "
         f"{CURL}", full_root=True),
    curl("a user namespace", f"unshare -r {CURL}", heavy=True),

    # Tracers
    curl("strace", f"strace -f -o /dev/null {CURL}", needs="curl strace",
         heavy=True),
    curl("gdb", f"gdb -q -batch -ex run --args {CURL}", heavy=True,
         needs="curl gdb"),
    curl("valgrind", "valgrind -q @lib@/client web.test 7 text", out="text",
         needs="valgrind curl", heavy=True),
    curl("fakeroot", f"fakeroot {CURL}", needs="curl fakeroot", heavy=True),

    # Shells
    curl("a shell", f"echo '{CURL}; exit 3' | script -qec 'bash -i' /dev/null",
         out=HELLO.strip(), status=3,
         needs="curl bash script"),
    curl("no command: a shell", f"echo '{CURL}; exit 3' | "
         "if [ -n \"$SOCKSIFY_RUN\" ]; then SHELL=/bin/bash @socksify@; "
         "else bash; fi", needs="curl bash", status=3),

    # socksify itself
    curl("socksify, the same server", "if [ -n \"$SOCKSIFY_RUN\" ]; then "
         f"@socksify@ {CURL}; else {CURL}; fi", asked="web.test:80"),
    *(curl(f"socksify, another server, {how}", "if [ -n \"$SOCKSIFY_RUN\" ]; "
           f"then @socksify@ -s {server} {CURL}; else {CURL}; fi",
           services="danted", asked=f"{server}:1080", proxy="microsocks")
      for how, server in (("by address", PROXY), ("by name", "proxy.test"))),
    curl("socksify, another server, directly", "if [ -n \"$SOCKSIFY_RUN\" ]; "
         f"then @socksify@ -s {PROXY} {CURL}; else {CURL}; fi",
         services="danted", allowed=((PROXY, 1080),), check=nobody_asked,
         proxy="microsocks", options=["--direct", PROXY]),

    # System programs that are static, or that have nothing to do with us
    curl("ldconfig and dpkg", "ldconfig -p >/dev/null && dpkg-query -W bash "
         f">/dev/null && ldconfig -C @tmp@/cache && {CURL}",
         needs="curl dpkg-query"),
    curl("man and file", "MANPAGER=cat man -P cat ls >/dev/null 2>&1; "
         f"file /bin/sh >/dev/null && {CURL}", needs="curl file",
         heavy=True),
]
