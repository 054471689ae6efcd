# SPDX-License-Identifier: MIT
"""The whole laboratory: namespaces, servers, proxies. One per test run."""

import os
import socket
import subprocess

import proxies
import servers
from netns import (DNS, PROXY, WEB, Machine, Outside, is_bound, listens,
                   wait_until, write)

HERE = os.path.dirname(os.path.abspath(__file__))


class Lab:
    """outside, with servers and proxies; machines bare and wrapped.

    @build: the build directory, with socksify and the programs of tests/lib
    """

    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.outside = Outside()
        self.write_etc()
        name = socket.gethostname()
        hosts = f"127.0.0.1 localhost\n::1 localhost\n127.0.1.1 {name}\n"
        self.bare = Machine(self.outside, "bare", 2, hosts)
        self.wrapped = Machine(self.outside, "wrapped", 3, hosts)
        self.machines = (self.bare, self.wrapped)
        self.folder = self.outside.path("www")
        os.mkdir(self.folder)
        self.name_servers = servers.start_name_servers(self.machines)
        servers.start_web(self.folder,
                          *servers.make_certificate(self.outside.work))
        servers.start_small()
        write(self.outside.path("impatient.conf"),
              "negotiate-timeout = 1\nrequest-timeout = 1\n")
        write(self.outside.path("direct.conf"),
              f"server = {PROXY}:1080\ndirect {WEB}\nloopback = proxy\n")
        write(self.outside.path("alice.password"), proxies.PASSWORD + "\n")
        self.proxies = proxies.make_proxies(self.outside,
                                            self.tool("fakesocks"))
        self.started = set()

    def write_etc(self):
        """What the proxies resolve names with, and whom they let in."""
        outside = self.outside
        outside.etc("hosts", f"127.0.0.1 localhost\n{WEB} hidden.test\n")
        outside.etc("resolv.conf", f"nameserver {DNS}\n")
        outside.etc("nsswitch.conf", "passwd: files\ngroup: files\n"
                    "shadow: files\nhosts: files dns\nservices: files\n")
        with open("/etc/passwd") as file:
            users = file.read().splitlines()
        users.append(f"{proxies.USER}:x:65500:65534::/:/bin/false")
        outside.etc("passwd", "\n".join(users) + "\n")
        password = subprocess.run(
            ["openssl", "passwd", "-6", proxies.PASSWORD], check=True,
            capture_output=True, text=True).stdout.strip()
        outside.etc("shadow", "".join(
            "{}:{}:19000:0:99999:7:::\n".format(
                user, password if user == proxies.USER else "*")
            for user in (line.split(":")[0] for line in users)), 0o600)

    def tool(self, name):
        """A program of tests/lib."""
        return os.path.join(self.build, "tests/lib", name)

    def socksify(self):
        return os.path.join(self.build, "socksify")

    def fake(self, script, user):
        """A proxy that plays a script; see tests/lib/fakesocks.c"""
        return proxies.Fake(self.outside, self.tool("fakesocks"), script,
                            user)

    def have(self, service):
        """Start a service that only some tests need."""
        if service in self.started:
            return
        self.started.add(service)
        getattr(self, "start_" + service)()

    def start_files(self):
        write(os.path.join(self.folder, "one"), "one file\n")

    def start_git(self):
        servers.make_git_repository(os.path.join(self.folder, "repo.git"))

    def start_apt(self):
        servers.make_apt_repository(os.path.join(self.folder, "apt"),
                                    self.outside.work)

    def start_sshd(self):
        self.have("files")
        servers.start_sshd(self.outside)
        wait_until(lambda: listens("ssh.test", 22), "sshd")

    def start_rsyncd(self):
        self.have("files")
        servers.start_rsyncd(self.outside, self.folder)
        wait_until(lambda: listens(WEB, 873), "rsync")

    def start_danted(self):
        self.proxies["danted"].start()

    def start_relay(self):
        """danted, as the wrapped machine's own loopback has it, too"""
        proxies.Relay(self.wrapped, 1090, (PROXY, 1080))

    def start_iperf3(self):
        servers.start_iperf3()
        wait_until(lambda: listens(WEB, 5201), "iperf3")

    def start_ntp(self):
        servers.start_ntp()

    def start_tftpd(self):
        self.have("files")
        servers.start_tftpd(self.folder)
        wait_until(lambda: is_bound(WEB, 69), "in.tftpd")

    def start_snmpd(self):
        servers.start_snmpd(self.outside)
        wait_until(lambda: is_bound(WEB, 161), "snmpd")

    def start_sip(self):
        servers.start_sip()
        wait_until(lambda: is_bound(WEB, 5060), "sipp")

    def start_redis(self):
        servers.start_redis(self.outside)
        wait_until(lambda: listens(WEB, 6380), "redis-server")

    def start_postgres(self):
        servers.start_postgres(self.outside)
        # It listens before it lets anybody in.
        wait_until(lambda: subprocess.call(["pg_isready", "-qh", WEB]) == 0,
                   "postgres", 60)

    def close(self):
        self.outside.remove()
