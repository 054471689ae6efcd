# SPDX-License-Identifier: MIT
"""One page, fetched without socksify and with it, seen from both ends."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "../lib"))

import netns  # noqa: E402
from lab import Lab  # noqa: E402
from servers import Web  # noqa: E402

COMMAND = ["curl", "-sS", "-m", "20", "http://web.test/hello"]


def fetch(lab, machine, proxy, prefix, env):
    Web.requests.clear()
    proxy.asked()
    result = machine.run(prefix + COMMAND, env)
    shown = ["socksify" if word == lab.socksify() else word
             for word in prefix + COMMAND]
    print("$", " ".join([f"{name}={value}" for name, value in env.items()] +
                        shown))
    for line in (result.out + result.err).splitlines():
        print("   ", line)
    asked = proxy.asked()
    web = [f"{what} {path} from {client}"
           for client, what, path in Web.requests]
    print(f"""
    the proxy was asked for   {", ".join(asked) or "nothing"}
    the web server saw        {", ".join(web) or "nothing"}
    packets past the proxy    {len(result.leaks)}""")
    for leak in list(dict.fromkeys(result.leaks))[:4]:
        print("       ", leak)
    print()
    return result, asked


def main():
    netns.enter()
    lab = Lab(sys.argv[1])
    try:
        proxy = lab.proxies["microsocks"]
        proxy.start()
        print(f"""
A private network. The machine reaches everything directly: nothing but
socksify keeps a packet from leaving past the proxy.

    web.test    {netns.WEB}, {netns.WEB6}
    the proxy   {proxy.endpoint()}, going out as {netns.EXIT} and {netns.EXIT6}

Without socksify:
""")
        bare, _ = fetch(lab, lab.bare, proxy, [], {})
        lab.wrapped.proxies = {(proxy.address, proxy.port)}
        print("With it:\n")
        wrapped, asked = fetch(lab, lab.wrapped, proxy, [lab.socksify()],
                               proxy.environment())
        good = (bare.status == 0 and bare.leaks and wrapped.status == 0 and
                not wrapped.leaks and wrapped.out == bare.out and
                asked == ["web.test:80"])
        print("The same page, through the proxy, with 0 leaked packets."
              if good else "This is not as it should be.")
    finally:
        lab.close()
    return not good


if __name__ == "__main__":
    sys.exit(main())
