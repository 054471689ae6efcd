# SPDX-License-Identifier: MIT
"""The SOCKS5 servers that the tests use, each listening outside.

A proxy starts at its first use. asked() tells what it was asked for since the
last call, as "host:port"; None where the server does not say.
"""

import contextlib
import os
import re
import shutil
import socket
import socketserver
import subprocess
import threading

from netns import (EXIT, EXIT6, PROXY, PROXY6, in_network_of, is_full_root,
                   listens, wait_until, write)

USER, PASSWORD = "alice", "s3cret p@ss:word"


class Proxy:
    """A server process at PROXY, one port each."""

    program = None   # the one that must be there
    address = PROXY
    user = password = None
    seen = 0         # how much of the log asked() has read

    def __init__(self, outside, name, port):
        self.outside, self.name, self.port = outside, name, port
        self.log = outside.path(name + ".log")
        self.process = None

    def missing(self):
        """Why it cannot run here, or None."""
        if self.program and not shutil.which(self.program):
            return f"no {self.program}"
        return None

    def command(self):
        raise NotImplementedError

    def start(self):
        if self.process:
            return
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True)
        wait_until(lambda: self.process.poll() is not None or
                   listens(self.address, self.port), self.name)
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} does not start: " + self.text())
        self.asked()

    def stop(self):
        """It dies, with all its connections."""
        if self.process:
            os.killpg(self.process.pid, 9)
            self.process.wait()
            self.process = None

    def text(self):
        with open(self.log, errors="replace") as file:
            return file.read()

    def asked(self):
        text = self.text()
        new, self.seen = text[self.seen:], len(text)
        return self.parse(new)

    def parse(self, text):
        return None

    def endpoint(self):
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"

    def environment(self):
        """How socksify is told of it."""
        env = {"SOCKS_SERVER": self.endpoint()}
        if self.user:
            env.update(SOCKS_USERNAME=self.user, SOCKS_PASSWORD=self.password)
        return env


class Danted(Proxy):
    """Dante's server; with a user, one of the outside's /etc/shadow."""

    program = "danted"

    def __init__(self, outside, name, port, user=None, address=PROXY):
        super().__init__(outside, name, port)
        self.user, self.password, self.address = user, PASSWORD, address

    def missing(self):
        if self.user and not is_full_root():
            return "danted checks passwords as root only"
        return super().missing()

    def command(self):
        config = write(self.outside.path(self.name + ".conf"), f"""
            logoutput: stdout
            internal: {self.address} port = {self.port}
            external: {EXIT}
            external: {EXIT6}
            clientmethod: none
            socksmethod: {"username" if self.user else "none"}
            user.privileged: root
            user.unprivileged: root
            udp.connectdst: no
            client pass {{ from: 0/0 to: 0/0 }}
            socks pass {{ from: 0/0 to: 0/0 log: connect error }}
            """)
        return ["danted", "-f", config]

    def parse(self, text):
        # CLIENT INSIDE -> OUTSIDE TARGET, each ADDRESS.PORT; names resolved
        return [f"{host}:{port}" for host, port in re.findall(
            r"tcp/connect \[: .* -> \S+ (\S+)\.(\d+)$", text, re.MULTILINE)]


class Microsocks(Proxy):
    program = "microsocks"

    def __init__(self, outside, name, port, user=None):
        super().__init__(outside, name, port)
        self.user, self.password = user, PASSWORD

    def command(self):
        return ["microsocks", "-i", self.address, "-p", str(self.port),
                *(["-u", self.user, "-P", self.password] if self.user
                  else [])]

    def parse(self, text):
        # client[5] 10.99.2.2: connected to web.test:80
        return re.findall(r": connected to (\S+:\d+)", text)


class SshD(Proxy):
    """ssh -D, by way of our own sshd."""

    program = "ssh"

    def missing(self):
        return super().missing() or (
            None if is_full_root() else "sshd needs root")

    def command(self):
        return ["ssh", "-F", self.outside.path("ssh.conf"), "-N", "-D",
                f"{self.address}:{self.port}", "ssh.test"]


class Shadowsocks(Proxy):
    """ss-local -u, and behind it an ss-server."""

    program = "ss-local"

    def command(self):
        both = "-s 127.0.0.1 -p 8388 -k secret -m aes-256-gcm -u"
        return ["sh", "-c", f"ss-server {both} & exec ss-local {both} "
                f"-b {self.address} -l {self.port}"]

    def asked(self):
        return None


class Fake(Proxy):
    """tests/lib/fakesocks with a script of its own."""

    def __init__(self, outside, program, script="", user=None,
                 name="fakesocks", port=1090, address=PROXY):
        super().__init__(outside, name, port)
        self.binary, self.script, self.address = program, script, address
        self.user, self.password = user, PASSWORD
        self.events = outside.path(name + ".events")
        write(self.events, "")
        self.port_file = outside.path(name + ".port")

    def command(self):
        return [self.binary, "-a", self.address, "-p", str(self.port),
                "-P", self.port_file, "-l", self.events,
                *([self.script] if self.script else [])]

    def start(self):
        """No probing connection: it would play a script."""
        if self.process:
            return
        if os.path.exists(self.port_file):
            os.unlink(self.port_file)
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(self.command(), stderr=log,
                                            start_new_session=True)
        wait_until(lambda: os.path.exists(self.port_file), self.text())

    def lines(self):
        with open(self.events) as file:
            return file.read().splitlines()

    def text(self):
        return "\n".join(self.lines())

    def parse(self, text):
        return [f"{host}:{port}" for host, port in re.findall(
            r"request .* host=(\S+) port=(\d+)", text)]


class Nobody(Proxy):
    """A port where nothing listens."""

    def start(self):
        pass

    def asked(self):
        return None


class Relay(socketserver.ThreadingTCPServer):
    """A proxy on a machine's own loopback, as ssh -D makes it: connections to
    it come out beside the proxy, and are no traffic of the machine."""

    daemon_threads = True

    def __init__(self, machine, port, to):
        super().__init__(("127.0.0.1", port), None, bind_and_activate=False)
        self.to = to
        self.socket = in_network_of(
            machine.holder.pid,
            lambda: socket.create_server(("127.0.0.1", port)))
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def finish_request(self, request, client_address):
        with socket.create_connection(self.to) as other:
            threading.Thread(target=self.pump, args=(request, other),
                             daemon=True).start()
            self.pump(other, request)

    @staticmethod
    def pump(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


def make_danted(outside, fakesocks, name, port, address=PROXY):
    """danted, or where there is none (as in Debian 13) one that can do what
    the tests ask of it."""
    if shutil.which(Danted.program):
        return Danted(outside, name, port, address=address)
    return Fake(outside, fakesocks, name=name, port=port, address=address)


def make_proxies(outside, fakesocks):
    """The real ones, by name."""
    return {proxy.name: proxy for proxy in (
        make_danted(outside, fakesocks, "danted", 1080),
        Danted(outside, "danted-user", 1081, user=USER),
        make_danted(outside, fakesocks, "danted-ipv6", 1082, PROXY6),
        Microsocks(outside, "microsocks", 1083),
        Microsocks(outside, "microsocks-user", 1084, user=USER),
        SshD(outside, "ssh-D", 1085),
        Nobody(outside, "nobody", 1086),
        Shadowsocks(outside, "ss-local", 1087),
    )}
