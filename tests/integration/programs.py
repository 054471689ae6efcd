# SPDX-License-Identifier: MIT
"""Real programs through real proxies."""

from netns import DNS, EXIT, EXIT6, LOCAL_DNS, WEB, WEB6
from scenario import Scenario
from servers import BIG, HELLO

CURL = "curl -sS -m 20 "
SSH = "ssh -F @work@/ssh.conf"
PYTHON_FETCH = """
import urllib.request
print(urllib.request.urlopen("http://web.test/hello").read().decode())
"""
# A child that is given a clean environment.
PYTHON_CHILD = """
import subprocess
subprocess.run(["/usr/bin/curl", "-sS", "http://web.test/hello"], env={},
               check=True)
"""
PERL = """
use IO::Socket::IP;
my $s = IO::Socket::IP->new(PeerHost => "web.test", PeerPort => 7,
                            Type => SOCK_STREAM) or die "connect: $@\\n";
print $s "hello\\n"; shutdown $s, 1; print <$s>;
"""
# A private root, downloads by the user _apt where one can become that.
APT = """
mkdir -p root/var/lib/dpkg root/var/lib/apt/lists/partial root/etc/apt \\
    root/var/cache/apt/archives/partial root/var/log/apt
touch root/var/lib/dpkg/status
echo 'deb [trusted=yes] http://web.test/apt ./' >root/etc/apt/sources.list
user=root
if setpriv --reuid=_apt true 2>/dev/null; then
    user=_apt
    chown -R _apt root/var/lib/apt root/var/cache/apt
fi
cat >apt.conf <<END
Dir "@tmp@/root";
Dir::State::status "@tmp@/root/var/lib/dpkg/status";
Dir::Bin::methods "/usr/lib/apt/methods";
DPkg::Options:: "--root=@tmp@/root";
APT::Sandbox::User "$user";
Acquire::Retries "0";
END
export APT_CONFIG=@tmp@/apt.conf
apt-get -qq update && apt-get -qq -y install socksify-probe >log 2>&1 || cat log
cat root/usr/share/socksify-probe/file
"""
# Its own resolver, its own system calls.
GO = """
cat >main.go <<'END'
package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	c, err := net.Dial("tcp", "four.test:7")
	if err != nil {
		fmt.Println("failed")
		return
	}
	fmt.Fprint(c, "text")
	c.(*net.TCPConn).CloseWrite()
	io.Copy(os.Stdout, c)
}
END
CGO_ENABLED=0 GO111MODULE=off GOCACHE=@work@/go-cache go build main.go && ./main
"""
# The same for an ABI that has one system call for all of these.
GO_386 = GO.replace("CGO_ENABLED=0", "CGO_ENABLED=0 GOARCH=386")


def by_ipv4(scenario, proxy):
    command = CURL + f"http://{WEB}/hello"
    if proxy == "danted-ipv6":
        # An AF_INET socket cannot reach it, and stays what it is.
        return scenario("curl, by IPv4 address", command, status=7,
                        bare_status=0)
    return scenario("curl, by IPv4 address", command, out=HELLO,
                    asked=f"{WEB}:80")


def through(proxy, **fields):
    """What each kind of proxy must be able to do."""
    def scenario(name, command, **more):
        return Scenario(f"{proxy or 'fakesocks'}: {name}", command, proxy,
                        needs="curl", **{**fields, **more})

    return [
        scenario("curl, by name", CURL + "http://web.test/hello", out=HELLO,
                 asked="web.test:80"),
        scenario("curl, a name that only the proxy knows",
                 CURL + "http://hidden.test/hello", out=HELLO,
                 bare_status=6, bare_out=[], asked="hidden.test:80"),
        by_ipv4(scenario, proxy),
        scenario("curl, by IPv6 address", CURL + f"'http://[{WEB6}]/hello'",
                 out=HELLO, asked=f"{WEB6}:80"),
        scenario("curl, a refused port", CURL + "http://web.test:81/",
                 status=7),
        scenario("curl, an unknown name", CURL + "http://nosuch.test/",
                 status=7, bare_status=6),
    ]


def twenty_came(lab, proxy):
    asked = proxy.asked()
    return None if asked is None or len(asked) >= 20 else \
        f"only {len(asked)} connections reached the proxy"


SCENARIOS = [
    *through("danted"),
    *through("danted-user"),
    *through("danted-ipv6"),
    *through("microsocks"),
    *through("microsocks-user"),
    *through("ssh-D"),
    *through(None),

    # curl and wget
    Scenario("curl: the server sees the proxy", CURL +
             "http://four.test/whoami", out=EXIT + "\n", bare_out="10.99.2.2",
             needs="curl"),
    Scenario("curl: a name with IPv6 only", CURL + "http://six.test/whoami",
             out=EXIT6 + "\n", bare_out="fd99:2::2", needs="curl",
             asked="six.test:80"),
    Scenario("an address of the other family", "@lib@/client -6 four.test 7 "
             "text", out="text", bare_out="resolve", bare_status=1,
             asked="four.test:7"),
    Scenario("curl: -4", CURL + "-4 http://web.test/hello", out=HELLO,
             needs="curl"),
    Scenario("curl: https", CURL + "--cacert @work@/certificate.pem "
             "https://web.test/hello", out=HELLO, needs="curl",
             asked="web.test:443"),
    Scenario("curl: https by IPv6 address", CURL +
             f"--cacert @work@/certificate.pem 'https://[{WEB6}]/hello'",
             out=HELLO, needs="curl"),
    Scenario("curl: twenty at once", CURL + "--parallel --parallel-max 20 "
             "--no-keepalive 'http://web.test/hello?[1-20]' | wc -l",
             out="20\n", needs="curl"),
    Scenario("curl: twenty processes", "for i in 1 2 3 4 5 6 7 8 9 10 11 12 "
             "13 14 15 16 17 18 19 20; do " + CURL + "http://web.test/hello & "
             "done | cat | wc -l; wait", out="20\n", needs="curl",
             check=twenty_came),
    Scenario("curl: a large answer", CURL + "http://web.test/big | wc -c",
             out=f"{len(BIG)}\n", needs="curl"),
    Scenario("curl: a large upload", CURL + "http://web.test/big >big && " +
             CURL + "--data-binary @big http://web.test/echo | cmp - big",
             needs="curl"),
    Scenario("curl: env -i", "env -i /usr/bin/curl -sS http://web.test/hello",
             out=HELLO, needs="curl", asked="web.test:80"),
    Scenario("curl: the name server is 127.0.0.53", CURL +
             "http://web.test/hello", out=HELLO, needs="curl",
             name_server=LOCAL_DNS),
    Scenario("curl: ALL_PROXY names the proxy", CURL +
             "http://hidden.test/hello", proxy="microsocks", out=HELLO,
             bare_status=6, bare_out=[], needs="curl", asked="hidden.test:80",
             env={"SOCKS_SERVER": "",
                  "ALL_PROXY": "socks5h://198.51.100.1:1083"}),
    Scenario("curl: loopback stays direct",
             "python3 -m http.server -b 127.0.0.1 8000 >/dev/null 2>&1 & "
             "echo direct >here; until " + CURL +
             "http://localhost:8000/here 2>/dev/null; do sleep 0.1; done; " +
             CURL + "http://web.test/hello", out=["direct\n", HELLO],
             needs="curl python3"),
    Scenario("wget", "wget -qO- http://web.test/hello", out=HELLO,
             needs="wget", asked="web.test:80"),
    Scenario("wget: -6", "wget -6 -qO- http://web.test/hello", out=HELLO,
             needs="wget"),
    Scenario("wget: https", "wget -qO- --ca-certificate="
             "@work@/certificate.pem https://web.test/hello", out=HELLO,
             needs="wget"),
    Scenario("lftp", "lftp -c 'set net:max-retries 1; set net:timeout 5; "
             "cat http://web.test/hello'", out=HELLO, needs="lftp"),

    # git, ssh, rsync
    Scenario("git: clone by http", "git clone -q http://web.test/repo.git r "
             "&& cat r/file", out="one file\n", needs="git", services="git"),
    Scenario("git: clone by ssh", f"GIT_SSH_COMMAND='{SSH}' git clone -q "
             "ssh://ssh.test@work@/www/repo.git r && cat r/file",
             out="one file\n", needs="git ssh sshd", services="git sshd",
             full_root=True, asked="ssh.test:22"),
    Scenario("ssh", SSH + " ssh.test 'echo $SSH_CONNECTION'", out="1",
             needs="ssh sshd", services="sshd", full_root=True,
             asked="ssh.test:22"),
    Scenario("ssh: ProxyCommand", SSH + " -o ProxyCommand='" + SSH +
             " -W %h:%p ssh.test' ssh.test echo fine", out="fine\n",
             needs="ssh sshd", services="sshd", full_root=True),
    Scenario("ssh: the host key by DNS", SSH + " -o VerifyHostKeyDNS=yes "
             "ssh.test echo fine", out="fine\n", needs="ssh sshd",
             services="sshd", full_root=True, asked=f"{DNS}:53"),
    Scenario("ssh: 1 MiB there and back", "head -c 1048576 /dev/zero | " +
             SSH + " ssh.test cat | wc -c", out="1048576\n",
             needs="ssh sshd", services="sshd", full_root=True),
    Scenario("scp", "scp -q -F @work@/ssh.conf ssh.test:@work@/www/one . && "
             "cat one", out="one file\n", needs="scp sshd", services="sshd",
             full_root=True),
    Scenario("sftp", "echo get @work@/www/one | sftp -q -F @work@/ssh.conf "
             "ssh.test && cat one", out="one file\n", needs="sftp sshd",
             services="sshd", full_root=True),
    Scenario("rsync: daemon", "rsync rsync://four.test/files/one . && "
             "cat one", out="one file\n", needs="rsync", services="rsyncd",
             full_root=True, asked="four.test:873"),
    Scenario("rsync: by ssh", f"rsync -e '{SSH}' ssh.test:@work@/www/one . "
             "&& cat one", out="one file\n", needs="rsync ssh sshd",
             services="sshd", full_root=True),

    # Interpreters and clients
    Scenario("python: urllib", ["python3", "-c", PYTHON_FETCH], out=HELLO,
             needs="python3"),
    Scenario("python: a child with a clean environment",
             ["python3", "-c", PYTHON_CHILD], out=HELLO, needs="python3 curl",
             asked="web.test:80"),
    Scenario("perl: IO::Socket::IP", ["perl", "-e", PERL], out="hello\n",
             needs="perl"),
    Scenario("bash: /dev/tcp", ["bash", "-c", "exec 3<>/dev/tcp/web.test/80; "
             "printf 'GET /hello HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"],
             out=HELLO, needs="bash"),
    Scenario("redis-cli", "redis-cli -h four.test ping && redis-cli -h "
             "four.test get key", out=["PONG\n", "key\n"], needs="redis-cli",
             asked="four.test:6379"),
    Scenario("redis-cli: a real server", "redis-cli -h four.test -p 6380 set "
             "key value && redis-cli -h four.test -p 6380 get key",
             out="OK\nvalue\n", needs="redis-cli redis-server",
             services="redis", heavy=True),
    Scenario("psql", "psql -h four.test -U postgres -Atc 'select 6 * 7'",
             out="42\n", needs="psql pg_ctlcluster", services="postgres",
             full_root=True, heavy=True),
    Scenario("apt-get: update and install", APT, out="probe\n",
             needs="apt-get dpkg-deb", services="apt", asked="web.test:80"),

    # Programs that a preload cannot see: by way of the guard's supervisor
    Scenario("a fortified program", "@lib@/client-fortified web.test 7 text",
             out="text"),
    Scenario("a static program", f"@lib@/client-static {WEB} 7 text",
             out="text", asked=f"{WEB}:7"),
    Scenario("a static program, IPv6", f"@lib@/client-static {WEB6} 7 text",
             out="text", asked=f"{WEB6}:7"),
    Scenario("a static program, UDP", f"@lib@/client-static -u {DNS} 53 text"),
    Scenario("a static busybox", f"busybox wget -qO- http://{WEB}/hello",
             out=HELLO, asked=f"{WEB}:80", needs="busybox"),
    Scenario("a static busybox: nslookup", f"busybox nslookup four.test {DNS}",
             out=WEB, needs="busybox"),
    Scenario("started by a static program, without the library",
             "busybox env -i /usr/bin/curl -sS -m 10 http://four.test/hello",
             out=HELLO, asked=f"{WEB}:80", needs="busybox curl"),
    Scenario("a Go program", GO, out="text", needs="go", heavy=True),
    Scenario("a 32-bit Go program", GO_386, out="text", needs="go",
             heavy=True),
    Scenario("a Go program: systemd-resolved", GO, out="text", needs="go",
             name_server=LOCAL_DNS, heavy=True),
    Scenario("a Go program: a proxy without a relay", GO, out="text",
             needs="go", proxy="ssh-D", services="sshd", heavy=True),
    Scenario("UDP where the proxy refuses it", f"@lib@/client -u {DNS} 53 text",
             out="ENETUNREACH", status=1, bare_status=0, bare_out=[],
             proxy="microsocks"),
]
