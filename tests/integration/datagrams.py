# SPDX-License-Identifier: MIT
"""Datagrams: programs that use UDP, through proxies that have a relay."""

import ipaddress
import re
import socket
import struct
import time

import servers
from netns import DNS, DNS6, WEB, WEB6, in_network_of
from scenario import Scenario

PYTHON = """
import socket, sys
def ask(family, target, connected):
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.settimeout(5)
    for n in 3, 0, 1400:
        text = b"x" * n
        if connected:
            s.connect(target)
            s.send(text)
            got, source = s.recv(2000), s.getpeername()
        else:
            s.sendto(text, target)
            got, source = s.recvfrom(2000)
        assert got == text and source[:2] == target, (got, source)
for connected in False, True:
    ask(socket.AF_INET, (sys.argv[1], 7), connected)
    ask(socket.AF_INET6, ("::ffff:" + sys.argv[1], 7), connected)
    ask(socket.AF_INET6, (sys.argv[2], 7), connected)
    ask(socket.AF_INET, (socket.gethostbyname("four.test"), 7), connected)
print("all came back")
"""
ASYNCIO = """
import asyncio, time
class Echoed(asyncio.DatagramProtocol):
    def __init__(self):
        self.texts, self.done = [], asyncio.get_running_loop().create_future()
    def datagram_received(self, data, addr):
        self.texts.append(data)
        if len(self.texts) == 5:
            self.done.set_result(self.texts == [b"%d" % n for n in range(5)])
    def error_received(self, error):
        self.done.set_exception(error)
async def echoed():
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        Echoed, remote_addr=("four.test", 7))
    for n in range(5):
        transport.sendto(b"%d" % n)
    good = await asyncio.wait_for(protocol.done, 10)
    transport.close()
    return good
async def main():
    start = time.monotonic()
    good = await asyncio.gather(*(echoed() for n in range(20)))
    print(good.count(True), "of 20")
asyncio.run(main())
"""
PERL = """use IO::Socket;
for (1 .. 3) {
    my $s = IO::Socket::INET->new(Proto => "udp", PeerAddr => "four.test:7")
        or die;
    $s->send("from perl $_"); $s->recv(my $text, 100); print "$text\\n";
}"""
DGRAM = """
const dgram = require("dgram");
const s = dgram.createSocket("udp4");
let n = 0;
s.on("message", (text, from) => {
  console.log(text.toString(), from.port);
  if (++n == 3) { s.close(); connected(); }
});
for (let i = 0; i < 3; i++) s.send("message " + i, 7, "four.test");
function connected() {
  const c = dgram.createSocket("udp4");
  c.on("message", text => { console.log(text.toString()); c.close(); });
  c.connect(7, "four.test", () => c.send("connected"));
}
"""
RESOLVE = """
const dns = require("dns").promises;
(async () => {
  console.log(await dns.resolve4("web.test"), await dns.resolve6("web.test"));
  console.log((await dns.resolveTxt("web.test")).flat().join(" "));
})();
"""
JAVA = """
import java.net.*;
import java.nio.ByteBuffer;
import java.nio.channels.*;
import java.nio.charset.StandardCharsets;
public class Datagrams {
    public static void main(String[] args) throws Exception {
        InetSocketAddress to = new InetSocketAddress("four.test", 7);
        DatagramSocket s = new DatagramSocket();
        s.setSoTimeout(5000);
        byte[] text = "from a socket".getBytes();
        s.send(new DatagramPacket(text, text.length, to));
        DatagramPacket got = new DatagramPacket(new byte[100], 100);
        s.receive(got);
        System.out.println(new String(got.getData(), 0, got.getLength()) + " "
            + got.getSocketAddress().equals(to));
        s.connect(to);
        s.send(new DatagramPacket(text, text.length));
        s.receive(got);
        System.out.println("connected " + got.getLength());
        DatagramChannel c = DatagramChannel.open();
        c.configureBlocking(false);
        c.connect(to);
        Selector selector = Selector.open();
        c.register(selector, SelectionKey.OP_READ);
        c.write(ByteBuffer.wrap("from a channel".getBytes()));
        selector.select(5000);
        ByteBuffer in = ByteBuffer.allocate(100);
        c.read(in);
        in.flip();
        System.out.println(StandardCharsets.US_ASCII.decode(in));
        DatagramChannel u = DatagramChannel.open();
        u.send(ByteBuffer.wrap("unconnected".getBytes()), to);
        in.clear();
        System.out.println(u.receive(in).equals(to) + " " + in.position());
    }
}
"""


def came(text):
    """The scenario's datagram got to the target."""
    def check(lab, proxy):
        end = time.monotonic() + 2
        while not servers.arrived(text):
            if time.monotonic() > end:
                return f"no datagram with {text!r} came"
            time.sleep(0.02)
        return None
    return check


def header(host, port):
    """RFC 1928 section 7"""
    try:
        address = ipaddress.ip_address(host)
        address = (b"\1" if address.version == 4 else b"\4") + address.packed
    except ValueError:
        address = b"\3" + bytes([len(host)]) + host.encode()
    return bytes(3) + address + struct.pack("!H", port)


def native_ask(proxy, tcp, udp, host):
    """One datagram to an echo, by a client of our own; return a fault"""
    tcp.sendall(b"\5\1\0")
    if tcp.recv(2) != b"\5\0":
        return "it does not let us in"
    tcp.sendall(b"\5\3\0" + (b"\4" + bytes(18) if ":" in proxy.address
                              else b"\1" + bytes(6)))
    reply = tcp.recv(300)
    if len(reply) < 10 or reply[1] != 0:
        return f"its answer to UDP ASSOCIATE is {reply.hex()}"
    relay = (proxy.address, struct.unpack("!H", reply[-2:])[0])
    udp.sendto(header(host, 7) + b"native", relay)
    try:
        answer, source = udp.recvfrom(1000)
    except TimeoutError:
        return f"nothing comes back from {host}"
    if source[:2] != relay or answer[:3] != bytes(3) or \
            not answer.endswith(b"native"):
        return f"{answer.hex()} comes back from {source}"
    return None


def native(lab, proxy):
    """Is the proxy such that a scenario may blame socksify?"""
    family = servers.address_family(proxy.address)
    for host in (WEB, WEB6, "four.test"):
        tcp, udp = in_network_of(lab.wrapped.holder.pid, lambda: (
            socket.create_connection((proxy.address, proxy.port), 5),
            socket.socket(family, socket.SOCK_DGRAM)))
        with tcp, udp:
            udp.settimeout(5)
            fault = native_ask(proxy, tcp, udp, host)
        if fault:
            return f"{proxy.name}, without socksify: {fault}"
    return None


def python(name, program, *args, **more):
    return Scenario("datagrams: " + name, ["python3", "-c", program, *args],
                    needs="python3", **more)


SCENARIOS = [
    python("sockets of all kinds", PYTHON, WEB, WEB6, out="all came back",
           check=native),
    python("sockets of all kinds, ss-local", PYTHON, WEB, WEB6,
           out="all came back", proxy="ss-local", check=native),
    python("an IPv6 proxy", re.sub(r"    ask\(socket.AF_INET,.*\n", "", PYTHON),
           WEB, WEB6, out="all came back", proxy="danted-ipv6",
           check=native),
    python("asyncio", ASYNCIO, out="20 of 20"),
    python("asyncio, a proxy that takes its time", ASYNCIO, out="20 of 20",
           proxy=None, script="read-greeting; delay 300; send 0500; "
           "read-request; delay 300; relay"),
    Scenario("datagrams: perl", ["perl", "-e", PERL], out=["from perl 1\n",
             "from perl 3\n"], needs="perl"),
    Scenario("datagrams: nc -u", f"echo to and fro | nc.openbsd -u -w1 {WEB} 7",
             out="to and fro", needs="nc.openbsd"),
    Scenario("datagrams: nc -u -w0", f"echo fire-nc | nc.openbsd -u -w0 {WEB} 7",
             status=None, needs="nc.openbsd", check=came("fire-nc")),
    Scenario("datagrams: logger -d",
             f"logger -d -n {WEB} -P 514 fire-and-forget", needs="logger",
             check=came("fire-and-forget")),
    Scenario("datagrams: logger -d, ss-local", proxy="ss-local",
             command=f"logger -d -n {WEB} -P 514 fire-ss", needs="logger",
             check=came("fire-ss")),
    Scenario("datagrams: logger -d where the proxy refuses it",
             f"logger -d -n {WEB} -P 514 never", needs="logger",
             proxy="microsocks", status=None, bare_status=0),
    Scenario("datagrams: --udp=block", f"@lib@/client -u {WEB} 7 text",
             out="EACCES", status=1, bare_status=0, bare_out=[],
             options=["--udp=block"]),
    Scenario("datagrams: socat", f"echo by socat | socat -t1 - UDP:{WEB}:7",
             out="by socat", needs="socat", heavy=True),
    Scenario("datagrams: socat, unconnected",
             f"echo by socat | socat -t1 - UDP-DATAGRAM:{WEB}:7",
             out="by socat", needs="socat", heavy=True),
    Scenario("datagrams: ncat", f"(echo by ncat; sleep 1) | ncat -u -i1 {WEB} 7",
             out="by ncat", status=None, needs="ncat", heavy=True),
    Scenario("datagrams: host", f"host web.test && host web.test {DNS}",
             out=WEB, needs="host", heavy=True),
    Scenario("datagrams: nslookup", f"nslookup web.test {DNS}", out=WEB,
             needs="nslookup", heavy=True),
    Scenario("datagrams: dig, every way",
             f"dig +short @{DNS} web.test && dig +short @{DNS6} web.test && "
             f"dig +short +edns=0 +bufsize=4096 @{DNS} web.test txt && "
             f"dig +short +tcp @{DNS} web.test",
             out=[WEB, "text of web.test"], needs="dig", heavy=True),
    Scenario("datagrams: dig, ss-local", f"dig +short @{DNS} web.test",
             out=WEB, proxy="ss-local", needs="dig", heavy=True),
    Scenario("datagrams: dig where the proxy has no relay",
             f"dig +short @{DNS} web.test && dig +short @{DNS} web.test txt",
             out=[WEB, "text of web.test"], proxy="microsocks", needs="dig",
             heavy=True),
    Scenario("datagrams: drill and host where the proxy has no relay",
             f"drill web.test @{DNS} && host web.test {DNS}", out=WEB,
             proxy="microsocks", needs="drill host", heavy=True),
    Scenario("datagrams: node dns.resolve where the proxy has no relay",
             ["node", "-e", RESOLVE], out=[WEB, WEB6, "text of web.test"],
             proxy="microsocks", needs="node", heavy=True),
    Scenario("datagrams: drill", f"drill web.test @{DNS}", out=WEB,
             needs="drill", heavy=True),
    Scenario("datagrams: node dgram", ["node", "-e", DGRAM],
             out=["message 0 7", "message 2 7", "connected\n"], needs="node",
             heavy=True),
    Scenario("datagrams: node dns.resolve", ["node", "-e", RESOLVE],
             out=[WEB, WEB6, "text of web.test"], needs="node", heavy=True),
    Scenario("datagrams: Java", f"cat >Datagrams.java <<'EOF'\n{JAVA}\nEOF\n"
             "java Datagrams.java", out=["from a socket true\n",
             "connected 13\n", "from a channel\n", "true 11\n"],
             needs="javac", heavy=True, timeout=60),
    Scenario("datagrams: iperf3",
             f"iperf3 -u -b 20M -t 1 -c {WEB} && iperf3 -R -u -b 20M -t 1 "
             f"-c {WEB}", out="receiver", needs="iperf3", heavy=True,
             services="iperf3"),
    Scenario("datagrams: ntpdig", "ntpdig four.test web.test", out="s2",
             needs="ntpdig", heavy=True, services="ntp"),
    Scenario("datagrams: chronyd", "chronyd -U -Q -t 20 -f /dev/null "
             "'server four.test iburst maxsamples 4' "
             f"'server {WEB6} iburst maxsamples 4' 2>&1",
             out="System clock wrong by", heavy=True, needs="chronyd", services="ntp", timeout=60),
    Scenario("datagrams: tftp", f"tftp {WEB} -c get one && cat one && "
             "rm one && tftp -v four.test -c get one && cat one",
             out="one file\n", needs="tftp in.tftpd", services="tftpd",
             heavy=True),
    Scenario("datagrams: snmpget", "snmpget -m '' -v2c -c public -Oqv "
             "four.test .1.3.6.1.2.1.1.5.0", out="name-of-the-agent",
             needs="snmpget snmpd", services="snmpd", heavy=True),
    Scenario("datagrams: snmpget, ss-local", "snmpget -m '' -v2c -c public "
             f"-Oqv {WEB} .1.3.6.1.2.1.1.5.0", out="name-of-the-agent",
             needs="snmpget snmpd", services="snmpd", proxy="ss-local",
             heavy=True),
    Scenario("datagrams: sipp", "sipp -sn uac -m 20 -r 20 -nostdin "
             f"{WEB}:5060 >/dev/null", needs="sipp", services="sip",
             heavy=True),
    Scenario("datagrams: mosh", "TERM=xterm script -qec \"stty rows 24 cols 80; "
             "mosh --ssh='ssh -F @work@/ssh.conf' ssh.test -- "
             "sh -c 'sleep 1; echo typed by mosh; sleep 1'\" /dev/null",
             out=["typed by mosh", "[mosh is exiting.]"], services="sshd",
             needs="mosh mosh-server sshd script", heavy=True, full_root=True,
             timeout=90),
]
