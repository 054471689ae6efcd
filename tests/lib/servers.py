# SPDX-License-Identifier: MIT
"""The servers that tested commands talk to, as threads of the test program.

Each keeps what it was asked, so that a test can look at both ends.
"""

import glob
import http.server
import os
import re
import shutil
import socket
import socketserver
import ssl
import struct
import subprocess
import threading
import time
import urllib.parse

from ftp import Ftp
from netns import (DNS, DNS6, LOCAL_DNS, PRIVATE_DNS, PROXY, PROXY_DOWN, SSH,
                   SSH6, WEB, WEB6, in_network_of, run, write)

# What the name servers know. hidden.test is not among it: that is a name of
# the outside's /etc/hosts, which only a proxy can resolve.
ZONE = {
    "web.test": (WEB, WEB6),
    "four.test": (WEB,),  # and the services that listen there only
    "six.test": (WEB6,),
    "ssh.test": (SSH, SSH6),
    "proxy.test": (PROXY_DOWN, PROXY),
    "two.test": (PROXY_DOWN, WEB),  # the first of them refuses
}
A, PTR, TXT, AAAA, SRV = 1, 12, 16, 28, 33
TEXT = b"text of web.test"
RECORDS = {  # other than addresses
    ("web.test", TXT): bytes([len(TEXT)]) + TEXT,
    ("_http._tcp.test", SRV): struct.pack("!HHH", 10, 20, 80) +
    b"\x03web\x04test\x00",
}
SILENT = 9  # a port of four.test that answers nothing, not even a SYN


def numbers(first, last):
    """The octets from @first to before @last of 0000000, 0000001 ..., as seq -w
    writes them."""
    text = b"".join(b"%07d\n" % n for n in range(first // 8, -(-last // 8)))
    return text[first % 8:][:last - first]


BIG = numbers(0, 1 << 20)
HELLO = "hello from web.test\n"


def address_family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def start(server):
    threading.Thread(target=server.serve_forever, args=(0.05,),
                     daemon=True).start()
    return server


class TcpServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, port, handler):
        self.address_family = address_family(address)
        super().__init__((address, port), handler)

    def handle_error(self, request, client_address):
        """A client that goes away in the middle is none of our business."""


# The web.

class Web(http.server.SimpleHTTPRequestHandler):
    """/hello, /whoami, /big, /numbers/SIZE (also in parts), /slow, POST /echo,
    and the files of a folder."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes
    requests = []  # (client's address, method, path)
    folder = None

    def __init__(self, *args):
        super().__init__(*args, directory=self.folder)

    def log_message(self, *args):
        self.requests.append((self.client_address[0], self.command, self.path))

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = urllib.parse.urlparse(self.path).path
        if path.startswith("/hello"):
            self.answer(HELLO.encode())
        elif path == "/whoami":
            self.answer(self.client_address[0].encode() + b"\n")
        elif path == "/big":
            self.answer(BIG)
        elif path.startswith("/numbers/"):
            self.send_numbers(int(path.split("/")[2]))
        elif path == "/slow":
            self.slow()
        else:
            super().do_GET()

    def do_HEAD(self):
        path = urllib.parse.urlparse(self.path).path
        if path.startswith("/numbers/"):
            self.send_numbers(int(path.split("/")[2]))
        else:
            super().do_HEAD()

    def send_numbers(self, size):
        part = re.fullmatch(r"bytes=(\d+)-(\d*)",
                            self.headers.get("Range", ""))
        first, last = (int(part[1]), min(int(part[2] or size), size - 1)) \
            if part else (0, size - 1)
        self.send_response(206 if part else 200)
        if part:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(last + 1 - first))
        self.end_headers()
        for at in range(first, last + 1, len(BIG)):
            if self.command == "GET":
                self.wfile.write(numbers(at, min(at + len(BIG), last + 1)))

    def slow(self):
        """A line at once, the other ones only after a while."""
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        for n in range(100):
            self.wfile.write(b"line %d\n" % n)
            time.sleep(0.1)

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))


def start_web(folder, certificate, key):
    Web.folder = folder
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    for address in (WEB, WEB6):
        start(TcpServer(address, 80, Web))
        server = TcpServer(address, 443, Web)
        server.socket = tls.wrap_socket(server.socket, server_side=True,
                                        do_handshake_on_connect=False)
        start(server)


def make_certificate(folder):
    """A self-signed one for web.test and for its addresses."""
    names = ",".join(["DNS:web.test", "DNS:six.test", "DNS:hidden.test",
                      f"IP:{WEB}", f"IP:{WEB6}"])
    paths = [os.path.join(folder, "certificate.pem"),
             os.path.join(folder, "key.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=web.test", "-addext", "subjectAltName=" + names,
         "-out", paths[0], "-keyout", paths[1]],
        check=True, capture_output=True)
    return paths


# Small services.

class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(65536):
            self.request.sendall(data)


class Redis(socketserver.StreamRequestHandler):
    """Enough of a Redis server for redis-cli: PING, and GET of any key."""

    def handle(self):
        while head := self.rfile.readline():
            words = []
            for _ in range(int(head[1:])):
                size = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(size + 2)[:-2])
            if words[0].upper() == b"PING":
                self.wfile.write(b"+PONG\r\n")
            elif words[0].upper() == b"GET":
                self.wfile.write(b"$%d\r\n%s\r\n" % (len(words[1]), words[1]))
            else:
                self.wfile.write(b"-ERR unknown command\r\n")


def start_silent(address, port):
    """A listener whose queue is full: SYNs to it are dropped."""
    listener = socket.socket(address_family(address))
    listener.bind((address, port))
    listener.listen(0)
    filler = socket.create_connection((address, port))
    return listener, filler


class UdpEcho:
    """Sends datagrams back, and remembers them as text."""

    def __init__(self, address, port):
        self.texts = []
        self.udp = socket.socket(address_family(address), socket.SOCK_DGRAM)
        self.udp.bind((address, port))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            data, client = self.udp.recvfrom(65536)
            self.texts.append(data[:1000].decode("latin-1"))
            self.udp.sendto(self.answer(data), client)

    @staticmethod
    def answer(data):
        return data


class Ntp(UdpEcho):
    """What a client asks at any time, it is told that it is now (RFC 5905)."""

    @staticmethod
    def answer(data):
        now = int((time.time() + 2208988800) * 2**32).to_bytes(8, "big")
        version = data[0] & 0x38
        return struct.pack("!BBbbIII", version | 4, 2, data[2] % 17, -20, 1, 1,
                           0x7f7f0101) + now + data[40:48] + now + now


echoes = []  # the UdpEchos of start_small()


def arrived(text):
    """Has a datagram with this text come? They are forgotten then."""
    found = any(text in t for echo in echoes for t in echo.texts)
    for echo in echoes:
        echo.texts.clear()
    return found


silent = []  # the sockets of start_silent()


def start_small():
    silent.append(start_silent(WEB, SILENT))
    start(TcpServer(WEB, 7, Echo))
    start(TcpServer(WEB6, 7, Echo))
    echoes.extend([UdpEcho(WEB, 7), UdpEcho(WEB6, 7), UdpEcho(WEB, 514)])
    start(TcpServer(WEB, 6379, Redis))
    start(TcpServer(WEB, 21, Ftp))
    start(TcpServer(WEB6, 21, Ftp))
    start(TcpServer("127.0.0.1", 7, Echo))  # only a proxy gets there


# Names.


def dns_answer(query, queries):
    """The response to one DNS message; notes what it asked."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]])
        at += 1 + query[at]
    name = b".".join(labels).decode("latin-1").lower()
    kind = struct.unpack_from("!H", query, at + 1)[0]
    queries.append(name)
    records = []
    for address in ZONE.get(name, ()):
        family = address_family(address)
        if kind == (AAAA if family == socket.AF_INET6 else A):
            records.append(socket.inet_pton(family, address))
    if (name, kind) in RECORDS:
        records.append(RECORDS[name, kind])
    known = name in ZONE or name in (owner for owner, _ in RECORDS)
    status = 0 if known else 3  # NXDOMAIN
    head = query[:2] + struct.pack("!HHHHH", 0x8580 | status, 1, len(records),
                                   0, 0)
    return head + query[12:at + 5] + b"".join(
        struct.pack("!HHHIH", 0xC00C, kind, 1, 60, len(data)) + data
        for data in records)


class NameServer:
    """UDP and TCP at one address."""

    def __init__(self, address):
        self.queries = []
        self.udp = socket.socket(address_family(address), socket.SOCK_DGRAM)
        self.udp.bind((address, 53))
        queries = self.queries

        class Tcp(socketserver.StreamRequestHandler):
            def handle(self):
                while len(head := self.rfile.read(2)) == 2:
                    query = self.rfile.read(struct.unpack("!H", head)[0])
                    answer = dns_answer(query, queries)
                    self.wfile.write(struct.pack("!H", len(answer)) + answer)

        start(TcpServer(address, 53, Tcp))
        threading.Thread(target=self.serve_udp, daemon=True).start()

    def serve_udp(self):
        while True:
            query, client = self.udp.recvfrom(4096)
            try:
                self.udp.sendto(dns_answer(query, self.queries), client)
            except (IndexError, struct.error):
                self.queries.append("(not a query)")


def start_name_servers(machines):
    """Outside, and on each machine's loopback, where a query is a leak."""
    servers = [NameServer(DNS), NameServer(DNS6), NameServer(PRIVATE_DNS)]
    for machine in machines:
        local = in_network_of(machine.holder.pid,
                              lambda: NameServer(LOCAL_DNS))
        machine.local_queries = local.queries
    return servers


# Remote shells and files.

def start_sshd(outside):
    """root logs in by key at ssh.test; the client's options are in ssh.conf"""
    for name in ("host-key", "user-key"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f",
            outside.path(name))
    public = [open(outside.path(name + ".pub")).read()
              for name in ("host-key", "user-key")]
    write(outside.path("known_hosts"),
          f"ssh.test,{SSH},[{SSH6}]:22,{SSH6} {public[0]}")
    keys = write(outside.path("authorized_keys"), public[1], 0o600)
    write(outside.path("ssh.conf"), f"""
        Host *
        User root
        BatchMode yes
        IdentitiesOnly yes
        IdentityFile {outside.path("user-key")}
        UserKnownHostsFile {outside.path("known_hosts")}
        GlobalKnownHostsFile /dev/null
        StrictHostKeyChecking yes
        CheckHostIP no
        ConnectTimeout 10
        """)
    config = write(outside.path("sshd.conf"), f"""
        ListenAddress {SSH}
        ListenAddress [{SSH6}]
        HostKey {outside.path("host-key")}
        AuthorizedKeysFile {keys}
        PidFile none
        PermitRootLogin yes
        StrictModes no
        UsePAM no
        UseDNS no
        PrintMotd no
        MaxStartups 100
        Subsystem sftp internal-sftp
        """)
    return subprocess.Popen(
        ["/usr/sbin/sshd", "-D", "-e", "-f", config],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=open(outside.path("sshd.log"), "w"))


def start_rsyncd(outside, folder):
    config = write(outside.path("rsyncd.conf"), f"""
uid = root
gid = root
use chroot = no
reverse lookup = no
pid file = {outside.path("rsyncd.pid")}
[files]
path = {folder}
""")
    return subprocess.Popen(
        ["rsync", "--daemon", "--no-detach", "--address=" + WEB,
         "--config=" + config, "--log-file=" + outside.path("rsyncd.log")],
        stdin=subprocess.DEVNULL)


# What is served.

def make_git_repository(path):
    """A bare one with one commit, ready for plain HTTP."""
    script = """
        git init -q --bare "$0"
        tree=$(printf 'one file\\n' | git -C "$0" hash-object -w --stdin)
        tree=$(printf '100644 blob %s\\tfile\\n' "$tree" |
               git -C "$0" mktree)
        commit=$(git -C "$0" -c user.name=t -c user.email=t@web.test \
                 commit-tree -m first "$tree")
        git -C "$0" update-ref HEAD "$commit"
        git -C "$0" update-server-info
        """
    run("sh", "-ec", script, path)


def make_apt_repository(folder, work):
    """A flat one with one package, which holds one file."""
    tree = os.path.join(work, "package")
    os.makedirs(os.path.join(tree, "DEBIAN"))
    os.makedirs(os.path.join(tree, "usr/share/socksify-probe"))
    control = ("Package: socksify-probe\nVersion: 1\nArchitecture: all\n"
               "Maintainer: nobody <nobody@web.test>\n"
               "Description: proof that a package came through\n")
    write(os.path.join(tree, "DEBIAN/control"), control)
    write(os.path.join(tree, "usr/share/socksify-probe/file"), "probe\n")
    os.makedirs(folder)
    package = os.path.join(folder, "probe.deb")
    run("dpkg-deb", "--root-owner-group", "-Zgzip", "--build", tree, package,
        stdout=subprocess.DEVNULL)
    digest = subprocess.run(["sha256sum", package], check=True,
                            capture_output=True, text=True).stdout.split()[0]
    write(os.path.join(folder, "Packages"), control +
          f"Filename: ./probe.deb\nSize: {os.path.getsize(package)}\n"
          f"SHA256: {digest}\n")


def spawn(*command):
    """A server that has nothing to say."""
    return subprocess.Popen(command, stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def start_iperf3():
    spawn("iperf3", "-s", "-B", WEB)


def start_ntp():
    Ntp(WEB, 123)
    Ntp(WEB6, 123)


def start_tftpd(folder):
    """It answers from other ports than the one that is asked (RFC 1350)."""
    spawn("in.tftpd", "--foreground", "--listen", "--user", "root",
          "--address", f"{WEB}:69", "--secure", folder)


def start_snmpd(outside):
    """Knows one community, and its own name."""
    config = write(outside.path("snmpd.conf"),
                   "rocommunity public\nsysName name-of-the-agent\n")
    spawn("snmpd", "-f", "-LF", "0-7", outside.path("snmpd.log"), "-C", "-c",
          config, "-p", outside.path("snmpd.pid"), f"udp:{WEB}:161")


def start_sip():
    """Takes every call, at the address that the call comes from."""
    spawn("sipp", "-sn", "uas", "-i", WEB, "-p", "5060", "-nostdin")


def start_redis(outside):
    """A real server."""
    return subprocess.Popen(
        ["redis-server", "--bind", WEB, "--port", "6380", "--save", "",
         "--dir", outside.work, "--protected-mode", "no"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)


def start_postgres(outside):
    """A real server; it refuses to run as root."""
    binaries = max(glob.glob("/usr/lib/postgresql/*/bin"))
    folder = outside.path("postgres")
    os.mkdir(folder)
    shutil.chown(folder, "postgres", "postgres")
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres",
                   "--clear-groups", "--"]
    run(*as_postgres, binaries + "/initdb", "--pgdata=" + folder,
        "--auth=trust", "--no-sync", "--no-instructions", "--encoding=UTF8",
        stdout=subprocess.DEVNULL)
    with open(folder + "/pg_hba.conf", "a") as file:
        file.write("host all all 0.0.0.0/0 trust\n"
                   "host all all ::/0 trust\n")
    return subprocess.Popen(
        [*as_postgres, binaries + "/postgres", "-D", folder, "-h", WEB,
         "-k", folder, "-F"], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
