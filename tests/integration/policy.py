# SPDX-License-Identifier: MIT
"""What goes where: rules, the environment, the file, name servers."""

from netns import (DNS, EXIT, EXIT6, LOCAL_DNS, PRIVATE_DNS, PROXY,
                   PROXY_DOWN, WEB, WEB6)
from scenario import Scenario, nobody_asked
from servers import HELLO

CURL = "curl -sS -m 10 "
ITSELF = "10.99.3.2\n"  # whom the web server sees when nothing is proxied
WHOAMI = CURL + "http://four.test/whoami"
LEAK = CURL + "-o /dev/null http://web.test/hello; "
FOUR_DIRECT = ((DNS, 53), (WEB, 80))

# The resolver library itself; ctypes finds a preloaded name first.
RES_QUERY = """
import ctypes, sys
for name, kind in zip(sys.argv[1::2], sys.argv[2::2]):
    answer = ctypes.create_string_buffer(512)
    n = ctypes.CDLL(None).res_query(name.encode(), 1, int(kind), answer, 512)
    print(name, kind, answer.raw[12:n] if n > 0 else "no answer")
"""
A, TXT, SRV = "1", "16", "33"


def res_query(*what):
    return ["python3", "-c", RES_QUERY, *what]


def refused(name, rule, command, **fields):
    return Scenario("block: " + name, command, options=["--block", rule],
                    out="connect: EACCES\n", status=1, bare_out="text",
                    bare_status=0, check=nobody_asked, **fields)


def never_asked(name, server):
    """A name server that cannot be a proxy's: 0 queries of any kind."""
    return [
        Scenario(f"names: {name} is never asked, curl", LEAK + "curl -sS -m 5 "
                 "-o /dev/null http://nosuch.test/", status=7, bare_status=6,
                 needs="curl", name_server=server),
        Scenario(f"names: {name} is never asked, res_query",
                 res_query("web.test", A, "web.test", TXT, "nosuch.test", TXT),
                 out=["web.test 1 b", "web.test 16 no answer",
                      "nosuch.test 16 no answer"],
                 bare_out=["text of web.test"], needs="python3",
                 name_server=server, check=nobody_asked),
        Scenario(f"names: {name} is never asked, dig", f"dig +tries=1 +time=1 "
                 f"+tcp @{server} web.test; dig +tries=1 +time=1 web.test; "
                 "host -T -W 1 web.test", out=["web.test has address 198."],
                 bare_out=[], needs="dig host", heavy=True, name_server=server,
                 check=nobody_asked),
    ]


SCENARIOS = [
    # Rules
    Scenario("direct: a network", CURL + f"http://{WEB}/whoami", out=ITSELF,
             bare_out=[], options=["--direct", "203.0.113.0/24"], needs="curl",
             allowed=((WEB, 80),), check=nobody_asked),
    Scenario("direct: a network does not hold for a name", WHOAMI,
             out=EXIT + "\n", bare_out=[], needs="curl",
             options=["--direct", "203.0.113.0/24"]),
    Scenario("direct: an IPv6 address", CURL + f"'http://[{WEB6}]/whoami'",
             out="fd99:3::2\n", bare_out=[], options=["--direct", WEB6],
             needs="curl", allowed=((WEB6, 80),), check=nobody_asked),
    Scenario("direct: a name", WHOAMI + "; " + CURL +
             "http://six.test/whoami", out=[ITSELF, EXIT6 + "\n"],
             bare_out=[], options=["--direct", "four.test"], needs="curl",
             allowed=FOUR_DIRECT),
    Scenario("direct: a suffix", WHOAMI, out=ITSELF, bare_out=[], needs="curl",
             options=["--direct", ".test"], allowed=FOUR_DIRECT),
    Scenario("direct: a suffix, by a private name server", WHOAMI, out=ITSELF,
             bare_out=[], needs="curl", options=["--direct", ".test"],
             name_server=PRIVATE_DNS, allowed=((PRIVATE_DNS, 53), (WEB, 80))),
    Scenario("direct: a suffix, by a name server on loopback", WHOAMI,
             out=ITSELF, bare_out=[], needs="curl",
             options=["--direct", ".test"], name_server=LOCAL_DNS,
             allowed=((WEB, 80), f"query to {LOCAL_DNS}: four.test")),
    Scenario("direct: a name, at its next address",
             "@lib@/client two.test 7 text", out="text",
             bare_out="connect: ECONNREFUSED\n", bare_status=1,
             options=["--direct", "two.test"],
             allowed=((DNS, 53), (PROXY_DOWN, 7), (WEB, 7)),
             check=nobody_asked),
    Scenario("direct: a port", CURL + f"http://{WEB}/whoami; " + CURL +
             f"-k https://{WEB}/whoami", out=[ITSELF, EXIT + "\n"],
             bare_out=[], options=["--direct", ":80"], needs="curl",
             allowed=((WEB, 80),)),
    refused("a network", "203.0.113.0/24", f"@lib@/client {WEB} 7 text"),
    refused("a name", "four.test", "@lib@/client four.test 7 text"),
    refused("a suffix", ".test", "@lib@/client four.test 7 text"),
    refused("a port", ":7", "@lib@/client four.test 7 text"),
    Scenario("block: the first rule that matches counts", WHOAMI + "; "
             "@lib@/client four.test 7 text", status=1, bare_status=0,
             out=[ITSELF, "connect: EACCES\n"], bare_out="text",
             options=["--direct", "four.test:80", "--block", "four.test"],
             needs="curl", allowed=FOUR_DIRECT),
    Scenario("loopback: by the proxy", LEAK + "@lib@/client 127.0.0.1 7 text",
             out="text", bare_out="ECONNREFUSED", bare_status=1, needs="curl",
             options=["--loopback=proxy"], asked="127.0.0.1:7"),
    Scenario("loopback: localhost by the proxy", LEAK +
             "@lib@/client -4 localhost 7 text", out="text",
             bare_out="ECONNREFUSED", bare_status=1, needs="curl",
             options=["--loopback=proxy"]),
    Scenario("loopback: direct", LEAK + "@lib@/client 127.0.0.1 7 text; "
             "@lib@/client -4 localhost 7 text", status=1, needs="curl",
             out="connect: ECONNREFUSED\nconnect: ECONNREFUSED\n"),
    Scenario("loopback: a server and its clients", "(echo over tcp | nc -l -N "
             "127.0.0.1 5555 & nc -u -l -W 1 127.0.0.1 5555 & sleep 0.3; "
             "nc -d 127.0.0.1 5555; echo over udp | nc -u -w 1 127.0.0.1 5555;"
             " wait); " + CURL + "http://web.test/hello",
             out=["over tcp\n", "over udp\n", HELLO], needs="curl nc"),

    # How a proxy is named
    Scenario("proxy: on the machine's own loopback", WHOAMI + "; " + CURL +
             "http://web.test/hello", services="relay", bare_out=HELLO,
             out=[EXIT + "\n", HELLO], needs="curl",
             env={"SOCKS_SERVER": "localhost:1090"}),
    Scenario("proxy: on a loopback that is proxied", WHOAMI, services="relay",
             out=EXIT + "\n", bare_out=[], needs="curl",
             options=["--loopback=proxy"],
             env={"SOCKS_SERVER": "127.0.0.1:1090"}),
    Scenario("proxy: by name, the first address refuses", WHOAMI,
             out=EXIT + "\n", bare_out=[], needs="curl",
             env={"SOCKS_SERVER": "proxy.test"},
             allowed=((PROXY_DOWN, 1080),
                      f"udp to {DNS} port 53 (proxy.test)")),
    Scenario("proxy: as a URL", WHOAMI, "microsocks-user", needs="curl",
             out=EXIT + "\n", bare_out=[],
             env={"SOCKS_SERVER": "socks5://alice:s3cret%20p%40ss%3Aword@" +
                  PROXY + ":1084", "SOCKS_USERNAME": "",
                  "SOCKS_PASSWORD": ""}),
    Scenario("proxy: by option, with a password file",
             WHOAMI, "microsocks-user", out=EXIT + "\n", bare_out=[],
             needs="curl", options=["-s", f"socks5://alice@{PROXY}:1084",
                                    "--password-file",
                                    "@work@/alice.password"],
             env={"SOCKS_SERVER": "", "SOCKS_USERNAME": "",
                  "SOCKS_PASSWORD": ""}),
    Scenario("proxy: by the file, with its rules", CURL +
             f"http://{WEB}/whoami; @lib@/client 127.0.0.1 7 text; " + WHOAMI,
             out=[ITSELF, "text", EXIT + "\n"], bare_out=[], needs="curl",
             options=["-c", "@work@/direct.conf"], env={"SOCKS_SERVER": ""},
             allowed=((WEB, 80),)),
    Scenario("proxy: ALL_PROXY and NO_PROXY", WHOAMI + "; " + CURL +
             "http://six.test/whoami", out=[ITSELF, EXIT6 + "\n"],
             bare_out=[], needs="curl", allowed=FOUR_DIRECT,
             env={"SOCKS_SERVER": "", "NO_PROXY": "four.test",
                  "ALL_PROXY": f"socks5h://{PROXY}:1080"}),
    Scenario("proxy: NO_PROXY means nothing to SOCKS_SERVER", "unset NO_PROXY;"
             + WHOAMI, out=EXIT + "\n", bare_out=[], needs="curl",
             env={"NO_PROXY": "four.test"}),

    # Name servers
    *never_asked("127.0.0.53", LOCAL_DNS),
    *never_asked("a private address", PRIVATE_DNS),
    Scenario("names: TXT and SRV through the proxy",
             res_query("web.test", TXT, "_http._tcp.test", SRV),
             out=["text of web.test", "_http._tcp.test 33 b"],
             needs="python3", asked=f"{DNS}:53"),
    Scenario("names: --dns names the server", res_query("web.test", TXT),
             out="text of web.test", needs="python3", name_server=PRIVATE_DNS,
             options=["--dns", DNS], asked=f"{DNS}:53"),
    Scenario("names: --dns=fake asks nobody", res_query("web.test", TXT),
             out="no answer", bare_out="text of web.test", needs="python3",
             options=["--dns=fake"], check=nobody_asked),
    Scenario("names: dig over TCP", "dig +tcp +short web.test",
             out=WEB, needs="dig", heavy=True, asked=f"{DNS}:53"),
    Scenario("names: dig over UDP", "dig +short web.test", out=WEB,
             needs="dig", heavy=True),
    Scenario("names: dig over UDP where the proxy refuses it",
             "dig +short +tries=1 +time=5 web.test", proxy="microsocks",
             out=WEB, needs="dig", heavy=True),
    Scenario("names: getent", "getent hosts web.test && getent ahosts web.test"
             " && getent ahostsv6 web.test && getent hosts localhost && "
             "hostname -f", out=["web.test\n", "STREAM web.test\n"],
             needs="getent hostname", check=nobody_asked),
]
