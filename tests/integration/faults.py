# SPDX-License-Identifier: MIT
"""Proxies that misbehave, played by tests/lib/fakesocks."""

import errno

from netns import WEB, WEB6
from scenario import Scenario

GREET = "read-greeting; send 0500; "
ASK = GREET + "read-request; "
LOGIN = "read-greeting; send 0502; read-auth; "
OK = "05000001 00000000 0000"
TARGET = f"@lib@/client {WEB} 7 text"

# RFC 1928 section 6, as design decides; what it does not name is a refusal.
REPLIES = {
    1: errno.ECONNREFUSED,
    2: errno.EACCES,
    3: errno.ENETUNREACH,
    4: errno.EHOSTUNREACH,
    5: errno.ECONNREFUSED,
    6: errno.ETIMEDOUT,
    7: errno.ECONNREFUSED,
    8: errno.EAFNOSUPPORT,
    9: errno.ECONNREFUSED,
    255: errno.ECONNREFUSED,
}


def works(name, script, command=TARGET, out="text", **fields):
    """A server that is odd, but right."""
    return Scenario("fault: " + name, command, None, script, out=out,
                    **fields)


def fails(name, script, error, says=None, command=TARGET, **fields):
    """The program sees an errno, and the user a line if it is the proxy's."""
    return Scenario("fault: " + name, command, None, script,
                    out=f"connect: {errno.errorcode[error]}\n", status=1,
                    bare_out="text", bare_status=0, says=says, **fields)


def cut(octets, length):
    """The first octets of some hex digits."""
    return octets.replace(" ", "")[:2 * length]


SCENARIOS = [
    *(fails(f"reply {code}", ASK + f"reply {code}", error)
      for code, error in REPLIES.items()),
    fails("refused, the request by IPv6", ASK + "reply 5",
          errno.ECONNREFUSED, command=f"@lib@/client {WEB6} 7 text"),

    # The end of the stream at every octet: before the request and after it.
    *(fails(f"closed after {n} octets of the method", "read-greeting; send " +
            cut("0500", n) + "; close", errno.ENETUNREACH, says="")
      for n in range(2)),
    *(fails(f"closed after {n} octets of the login's answer", LOGIN +
            "send " + cut("0100", n) + "; close", errno.ENETUNREACH, says="",
            user="alice") for n in range(2)),
    *(fails(f"closed after {n} octets of the reply", ASK + "send " +
            cut(OK, n) + "; close", errno.ECONNRESET) for n in range(10)),
    fails("reset at once", "reset", errno.ENETUNREACH, says=""),
    fails("reset after the request", ASK + "reset", errno.ECONNRESET),

    # Silence
    *(fails(f"silent, {when}", script + "stall", error, says=says,
            options=["-c", "@work@/impatient.conf"])
      for when, script, error, says in (
          ("at once", "", errno.ENETUNREACH, ""),
          ("in the method", "read-greeting; send 05; ", errno.ENETUNREACH,
           ""),
          ("after the request", ASK, errno.ETIMEDOUT, None),
          ("in the reply", ASK + "send 0500; ", errno.ETIMEDOUT, None))),

    # No SOCKS5 server at all
    fails("HTTP", "read-greeting; send 'HTTP/1.1 400 Bad Request\\r\\n\\r\\n'",
          errno.ENETUNREACH, says="HTTP"),
    fails("SOCKS4", "read-greeting; send 005b000000000000",
          errno.ENETUNREACH, says="4"),
    fails("an SSH server", "send 'SSH-2.0-x\\r\\n'; stall",
          errno.ENETUNREACH, says=""),

    # Methods and logins
    fails("no acceptable method", "read-greeting; send 05ff",
          errno.ENETUNREACH, says=""),
    fails("a method that was not offered", "read-greeting; send 0501; stall",
          errno.ENETUNREACH, says=""),
    fails("a login without credentials", "read-greeting; send 0502; stall",
          errno.ENETUNREACH, says=""),
    fails("the login is refused", LOGIN + "send 0101", errno.ENETUNREACH,
          says="alice", user="alice"),
    works("a login", LOGIN + "send 0100; read-request; send " + OK + "; echo",
          user="alice"),
    works("a login, its answer of version 5", LOGIN +
          "send 0500; read-request; send " + OK + "; echo", user="alice"),

    # Malformed replies
    fails("a reply of version 4", ASK + "send 04000001000000000000; stall",
          errno.ENETUNREACH, says=""),
    fails("a reply of an unknown address type", ASK +
          "send 05000200000000000000; stall", errno.ENETUNREACH, says=""),

    # In pieces, and glued together
    works("octet by octet", "read-greeting; split 0500; read-request; split " +
          OK + "; echo"),
    works("octet by octet, with a login", "read-greeting; split 0502; "
          "read-auth; split 0100; read-request; split " + OK + "; echo",
          user="alice"),
    works("slow", "read-greeting; delay 300; send 0500; read-request; "
          "delay 300; send " + OK + "; echo"),
    works("the banner in the reply's segment", ASK + "send " + OK +
          " 'banner\\r\\n'; close", bare_out="text", out="banner\r\n"),
    works("BND is IPv6", ASK + "send 05000004" + 18 * "00" + "; echo"),
    works("BND is a name", ASK + "send 05000003 05 'proxy' 0438; echo"),
    works("BND is an empty name", ASK + "send 05000003 00 0438; echo"),
    works("BND is the longest name", ASK + "send 05000003 ff '" + 255 * "n" +
          "' 0438 'banner'; close", bare_out="text", out="banner"),

    # What else curl makes of it
    Scenario("fault: curl, refused", "curl -sS -m 20 http://web.test/", None,
             ASK + "reply 5", status=7, bare_status=0, needs="curl",
             asked="web.test:80"),
    Scenario("fault: curl, octet by octet", "curl -sS -m 20 "
             "http://web.test/", None, "read-greeting; split 0500; "
             "read-request; split " + OK + " 'HTTP/1.0 200 OK\\r\\n\\r\\n"
             "from the script'; close", out="from the script",
             bare_out=[], needs="curl"),
]
