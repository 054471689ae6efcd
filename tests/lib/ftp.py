# SPDX-License-Identifier: MIT
"""As much of an FTP server as a download needs.

Its data connections go where the client believes that the control connection
goes (EPSV), or to the address that the server tells (PASV).
"""

import socket
import socketserver


class Ftp(socketserver.StreamRequestHandler):
    FILES = {"file": b"by ftp\n"}

    def handle(self):
        self.listener = None
        self.say("220 ready")
        while line := self.rfile.readline():
            verb, _, rest = line.decode("latin-1").strip().partition(" ")
            getattr(self, "do_" + verb.lower(), self.unknown)(rest)
            if verb.upper() == "QUIT":
                break

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def unknown(self, rest):
        self.say("502 no")

    def do_user(self, rest):
        self.say("230 welcome")

    def do_pwd(self, rest):
        self.say('257 "/"')

    def do_cwd(self, rest):
        self.say("250 there")

    def do_type(self, rest):
        self.say("200 as you like")

    def do_size(self, rest):
        body = self.FILES.get(rest.lstrip("/"))
        self.say("550 no" if body is None else f"213 {len(body)}")

    def do_quit(self, rest):
        self.say("221 bye")

    def listen(self):
        self.listener = socket.create_server(
            (self.server.server_address[0], 0),
            family=self.server.address_family)
        return self.listener.getsockname()[1]

    def do_epsv(self, rest):
        self.say(f"229 here (|||{self.listen()}|)")

    def do_pasv(self, rest):
        port = self.listen()
        octets = self.server.server_address[0].split(".")
        self.say("227 here ({},{},{})".format(
            ",".join(octets), port >> 8, port & 255))

    def do_retr(self, rest):
        self.transfer(self.FILES.get(rest.lstrip("/")))

    def do_list(self, rest):
        self.transfer(b"".join(
            b"-rw-r--r-- 1 0 0 %d Jan 1 00:00 %s\r\n" %
            (len(body), name.encode())
            for name, body in self.FILES.items()))

    def transfer(self, body):
        if body is None or not self.listener:
            return self.say("550 no")
        self.say("150 coming")
        self.listener.settimeout(5)
        connection = self.listener.accept()[0]
        connection.sendall(body)
        connection.close()
        self.listener.close()
        self.listener = None
        self.say("226 done")
