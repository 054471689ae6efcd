# SPDX-License-Identifier: MIT
"""Event loops: many connections at once, through a proxy that takes its time.

Of each program some connections are good, one is refused and one is never
answered; it must tell them apart, and its loop must go on in the meantime.
"""

import os

from netns import WEB
from scenario import Scenario, came
from servers import HELLO

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib")
# Each connection takes 0.6 s: one after the other would be noticed.
LATE = "read-greeting; delay 300; send 0500; read-request; delay 300; tunnel"
# What takes a program's port scan or benchmark no time, but is not at once.
SOON = "read-greeting; delay 30; send 0500; read-request; delay 30; tunnel"

ASYNCIO = """
import asyncio, time
async def echoed(n):
    reader, writer = await asyncio.open_connection("four.test", 7)
    text = b"%07d" % n * 1000
    writer.write(text)
    writer.write_eof()
    good = await reader.read() == text
    writer.close()
    await writer.wait_closed()
    return good
async def refused():
    try:
        await asyncio.open_connection("four.test", 81)
    except ConnectionRefusedError:
        return True
async def unanswered():
    try:
        await asyncio.wait_for(asyncio.open_connection("four.test", 9), 3)
    except asyncio.TimeoutError:
        return True
async def tick(late):
    while True:
        start = time.monotonic()
        await asyncio.sleep(0.01)
        late.append(time.monotonic() - start)
async def main():
    late = []
    ticks = asyncio.create_task(tick(late))
    good = await asyncio.gather(refused(), unanswered(),
                                *(echoed(n) for n in range(100)))
    ticks.cancel()
    print(good.count(True), "late" if max(late) > 0.55 else "in time")
asyncio.run(main())
"""
SELECTORS = """
import collections, errno, selectors, socket, sys, time
host = socket.gethostbyname("four.test")
selector = getattr(selectors, sys.argv[1])()
ends, text, parts = collections.Counter(), b"text" * 1000, {}
for port in [7] * 40 + [81, 9]:
    s = socket.socket()
    s.setblocking(False)
    assert s.connect_ex((host, port)) == errno.EINPROGRESS
    selector.register(s, selectors.EVENT_WRITE, port)
def end(s, how):
    ends[how] += 1
    selector.unregister(s)
    s.close()
deadline = time.monotonic() + 5
while len(selector.get_map()) > 1 and time.monotonic() < deadline:
    for key, events in selector.select(deadline - time.monotonic()):
        s = key.fileobj
        if key.events == selectors.EVENT_WRITE:
            error = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                end(s, errno.errorcode[error])
                continue
            s.sendall(text)
            s.shutdown(socket.SHUT_WR)
            selector.modify(s, selectors.EVENT_READ, key.data)
            parts[s] = b""
            continue
        part = s.recv(65536)
        parts[s] += part
        if not part:
            end(s, "good" if parts[s] == text else "bad")
for key in list(selector.get_map().values()):
    end(key.fileobj, f"silent {key.data}")
print(sorted(ends.items()))
"""
SELECTED = "[('ECONNREFUSED', 1), ('good', 40), ('silent 9', 1)]\n"
CONNECT_EX = """
import errno, socket, time
host = socket.gethostbyname("four.test")
def ends(port, count):
    with socket.socket() as s:
        s.setblocking(False)
        found = []
        while len(found) < count:
            error = s.connect_ex((host, port))
            if error != errno.EALREADY:
                found.append(errno.errorcode.get(error, "good"))
            time.sleep(0.02)
    print(*found)
ends(7, 3)
ends(81, 3)
with socket.socket() as s:
    s.settimeout(0.5)
    print(errno.errorcode[s.connect_ex((host, 9))])
    print(errno.errorcode[s.connect_ex((host, 9))])
"""
CONNECTED_EX = """EINPROGRESS good EISCONN
EINPROGRESS ECONNREFUSED EINPROGRESS
EAGAIN
EALREADY
"""
PERL = """
use IO::Socket::INET; use IO::Socket::IP;
for my $class ("IO::Socket::INET", "IO::Socket::IP") {
    for my $port (7, 81, 9) {
        my $s = $class->new(PeerHost => "four.test", PeerPort => $port,
                            Type => SOCK_STREAM, Timeout => 1);
        if ($s) { print $s "text\\n"; shutdown $s, 1; print <$s>; }
        elsif ($!{ECONNREFUSED}) { print "refused\\n"; }
        elsif ($!{ETIMEDOUT}) { print "timeout\\n"; }
        else { print "$!\\n"; }
    }
}
"""
PERLED = 2 * "text\nrefused\ntimeout\n"
BASH = """
one() {
    exec 3<>/dev/tcp/four.test/7 && echo "text $1" >&3 && read -r line <&3 &&
        [ "$line" = "text $1" ] && echo good
}
for n in {1..20}; do one $n & done | sort | uniq -c
{ : 3<>/dev/tcp/four.test/81; } 2>&1 | grep -o refused | uniq
timeout 1 bash -c ': 3<>/dev/tcp/four.test/9'
echo $?
"""
CURL = "curl -sS --parallel --parallel-immediate --parallel-max 50 -m 10 " \
    "-H 'Connection: close' "
CURL_FIFTY = CURL + "'http://four.test/hello?[1-50]' | sort | uniq -c"
# Status 7 would be a refusal; 124 that it did not end in time.
CURL_PATIENT = "timeout 5 curl -sS -m 20 --connect-timeout 1 "

AIOHTTP = """
import aiohttp, asyncio
async def fetched(session, n):
    async with session.get(f"http://four.test/hello?{n}") as answer:
        return await answer.text() == "hello from web.test\\n"
async def end(session, port):
    try:
        await session.get(f"http://four.test:{port}/")
    except aiohttp.ClientConnectorError as error:
        return type(error.os_error).__name__
    except aiohttp.ServerTimeoutError:
        return "timeout"
async def main():
    async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            timeout=aiohttp.ClientTimeout(sock_connect=4)) as session:
        good = await asyncio.gather(*(fetched(session, n) for n in range(100)))
        print(good.count(True), await end(session, 81), await end(session, 9))
asyncio.run(main())
"""
# So slowly that the other connections have their parts left to fetch.
LFTP = """
cat >script <<'END'
set net:max-retries 1; set net:timeout 10; set net:persist-retries 0
set dns:order inet; set net:limit-rate 1000000
pget -n 6 http://four.test/numbers/6000000 -o numbers
END
lftp -f script && seq -w 0 0749999 | cmp - numbers && echo same
for port in 81 9; do
    timeout 5 lftp -c "set net:max-retries 1; set net:timeout 1
        set net:persist-retries 0; cat http://four.test:$port/" >log 2>&1
    echo $port $? $(grep -oE 'refused|max-retries' log)
done
"""
LFTPED = "same\n81 1 max-retries refused\n9 1 max-retries\n"
# The ports that answer are those of servers.py.
NMAP = f"nmap -sT -Pn -n --unprivileged -p 1-100 {WEB} -oG - | " \
    "tr ',' '\\n' | grep -oE '[0-9]+/(open|filtered)/tcp|closed .*'"
NMAPPED = "7/open/tcp\n9/filtered/tcp\n21/open/tcp\n80/open/tcp\n" \
    "closed (96)\n"
NGINX = """
mkdir temp
cat >nginx.conf <<'END'
daemon off; worker_processes 2; user root; pid @tmp@/pid; error_log log;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path temp/1; proxy_temp_path temp/2;
    fastcgi_temp_path temp/3; uwsgi_temp_path temp/4; scgi_temp_path temp/5;
    upstream two { server four.test:81; server four.test; }
    upstream kept {
        server four.test; keepalive 8;
    }
    server {
        listen 127.0.0.1:8080;
        proxy_connect_timeout 2s;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        location / { proxy_pass http://four.test; }
        location /two/ { proxy_pass http://two/; }
        location /kept/ { proxy_pass http://kept/; }
        location /refused { proxy_pass http://four.test:81; }
        location /silent { proxy_pass http://four.test:9; }
    }
}
END
nginx -p @tmp@ -c nginx.conf -e log & pid=$!
# A loopback connection, inside.
fetch() { curl -sS -m 10 "http://127.0.0.1:8080/$1" $2 $3; }
until fetch hello 2>/dev/null; do sleep 0.1; done
fetch 'hello?[1-50]' --parallel --parallel-immediate | sort | uniq -c
fetch 'kept/hello?[1-30]' | sort | uniq -c
fetch numbers/4000000 >numbers && seq -w 0 0499999 | cmp - numbers && echo same
fetch two/hello
fetch refused -o/dev/null -w%{http_code}; echo
fetch silent -o/dev/null -w%{http_code}; echo
grep -oE '\([0-9]+: Connection (refused|timed out)\)' log | sort -u
kill -QUIT $pid; wait $pid; echo $?
"""
NGINXED = HELLO + f"     50 {HELLO}     30 {HELLO}same\n{HELLO}" \
    "502\n504\n(110: Connection timed out)\n(111: Connection refused)\n0\n"
WRK = """
wrk -t2 -c50 -d2s --timeout 4s http://four.test/hello >log 2>&1 || cat log
awk '/requests in/ { print($1 > 100 ? "many" : $0) }
    /Socket errors|Non-2xx/ { print "bad:", $0; bad = 1 }
    END { print(bad ? "bad" : "good") }' log
"""
ARIA = """
aria2c -q --async-dns=false --no-conf -x16 -s16 -k1M -o numbers \\
    http://four.test/numbers/33554432 &&
    seq -w 0 4194303 | cmp - numbers && echo same
aria2c --async-dns=false --no-conf --connect-timeout=2 --max-tries=1 \\
    http://four.test:81/ >log; echo 81 $? $(grep -o 'cause: .*' log)
timeout 8 aria2c -q --async-dns=false --no-conf --connect-timeout=2 \\
    --max-tries=1 http://four.test:9/; echo 9 $?
"""
# 1: an error; 2: a time-out
ARIAED = "same\n81 1 cause: Connection refused\n9 2\n"
REDIS = "redis-benchmark -h four.test -p 6380 -c 50 -n 2000 --csv " \
    "-t ping_mbulk,set,get,lpush | cut -d, -f1"
PSQL = """
export PGUSER=postgres PGDATABASE=postgres
psql -Atc 'select 6 * 7' 'postgresql://four.test:81,four.test:5432/'
psql -Atc 'select 6 * 8' \\
    'postgresql://four.test:9,four.test:5432/?connect_timeout=2'
psql -Atc 'select 0' -h four.test -p 81 2>&1 | grep -o refused
psql -Atc 'select 0' 'host=four.test port=9 connect_timeout=2' 2>&1 |
    grep -o 'timeout expired'
"""
PSQLED = "42\n48\nrefused\ntimeout expired\n"
PGBENCH = """
export PGHOST=four.test PGUSER=postgres
pgbench -iq 2>/dev/null && pgbench -n -c 20 -j 2 -t 5 -C 2>&1 |
    grep -E 'processed|failed'
"""


def late(name, command, out, count=None, script=LATE, **fields):
    return Scenario("loop: " + name, command, None, script, out=out,
                    check=None if count is None else came(count), **fields)


def python(name, script, out, *arguments, needs="", **fields):
    return late(name, ["python3", "-c", script, *arguments], out,
                needs="python3 " + needs, **fields)


def compiled(name, library):
    return late(name, f"cc -O -o client {SOURCES}/loop_{name}.c -l{library} && "
                "./client four.test", "100 good, 1 refused, 1 timed out, "
                "in time\n", 102, needs=f"cc lib{library}.so", heavy=True)


SCENARIOS = [
    python("asyncio", ASYNCIO, "102 in time\n", count=102),
    *(python(f"selectors, {kind}", SELECTORS, SELECTED, kind + "Selector",
             count=42) for kind in ("Select", "Poll", "Epoll")),
    python("connect_ex until it is done", CONNECT_EX, CONNECTED_EX),
    late("perl: IO::Socket with a Timeout", ["perl", "-e", PERL], PERLED, 6,
         needs="perl"),
    late("bash: twenty at once", ["bash", "-c", BASH],
         "     20 good\nrefused\n124\n", 22, needs="bash"),
    late("curl: fifty at once", CURL_FIFTY, "     50 " + HELLO, 50,
         needs="curl"),
    late("curl: --connect-timeout, a silent target", CURL_PATIENT +
         "http://four.test:9/", [], 1, status=28, needs="curl"),
    # There is nothing wrong with the target here.
    *(late(f"curl: --connect-timeout, a proxy that stalls {when}",
           CURL_PATIENT + "http://four.test/hello", [], count,
           script=script + "stall", status=28, bare_out=HELLO, bare_status=0,
           needs="curl")
      for when, script, count in (
          ("at once", "", 0), ("after the greeting", "read-greeting; ", 0),
          ("after the request", "read-greeting; send 0500; read-request; ", 1),
          ("in the reply", "read-greeting; send 0500; read-request; "
           "send 0500; ", 1))),
    late("lftp", LFTP, LFTPED, 7, needs="lftp"),

    python("aiohttp", AIOHTTP, "100 ConnectionRefusedError timeout\n",
           count=102, heavy=True),
    late("nmap", NMAP, NMAPPED, script=SOON, needs="nmap", heavy=True),
    late("nginx", NGINX, NGINXED, needs="nginx curl", heavy=True,
         timeout=60),
    late("wrk", WRK, "many\ngood\n", 51, needs="wrk", heavy=True),
    late("aria2", ARIA, ARIAED, needs="aria2c", heavy=True, timeout=60),
    late("redis-benchmark", REDIS, '"PING_MBULK"\n"SET"\n"GET"\n"LPUSH"\n',
         needs="redis-benchmark redis-server", services="redis", heavy=True),
    late("psql", PSQL, PSQLED, needs="psql pg_ctlcluster",
         services="postgres", full_root=True, heavy=True),
    late("pgbench", PGBENCH, ["processed: 100/100\n", "transactions: 0 "],
         script=SOON, needs="pgbench pg_ctlcluster", services="postgres",
         full_root=True, heavy=True, timeout=90),
    *(compiled("lib" + library, library) for library in ("ev", "event", "uv")),
]
