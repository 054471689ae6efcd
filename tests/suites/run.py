#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the test suites of others: bare, under socksify, and proxied.

    run.py [-b BUILD] [-l LIBUV] [-k FOLDER] [SUITE...]

Each suite is run three times, as an ordinary user and in a network of its own:

    bare       without socksify
    direct     under socksify, which leaves loopback to the kernel
    proxied    with --loopback=proxy: all goes by way of danted

A test case that fails under socksify and not bare is a difference. There may be
only those that explained/SUITE explains: patterns of test cases with a reason,
for proxied, and for direct where the line says so. (What hangs for that reason
is not run proxied, and counted neither way.) Others are run twice more, alone,
and count if they differ each time.

CPython's suites (test_socket and so on) are those of Debian's
libpython3.11-testsuite, for /usr/bin/python3. libuv's are its sources' program
uv_run_tests (cmake -DBUILD_TESTING=ON; Debian builds none), in a folder below
the sources: LIBUV, whose owner runs them. Logs are kept in FOLDER, if any.

By hand: it takes ten minutes, and needs root.
"""

import argparse
import fnmatch
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "../lib"))

import netns  # noqa: E402
import proxies  # noqa: E402

PYTHON = "/usr/bin/python3"
CPYTHON = ("test_selectors", "test_ftplib", "test_httplib", "test_socket",
           "test_ssl", "test_asyncio")
WAYS = ("bare", "direct", "proxied")
AGAIN = 2  # times more, for what differs
PATIENCE = 600  # seconds


class Suite:
    """What it is called; how it is run; what its output says."""

    def __init__(self, name):
        self.name = name

    def missing(self):
        raise NotImplementedError

    def user(self):
        return 65534

    def command(self, only=(), without=()):
        raise NotImplementedError

    def results(self, text):
        """{test case: is it well?}; what is skipped is not there."""
        raise NotImplementedError


class CPython(Suite):
    def missing(self):
        name = self.name
        test = subprocess.run([PYTHON, "-c", f"import test.{name}"],
                              capture_output=True)
        return None if test.returncode == 0 else "no libpython3.11-testsuite"

    def command(self, only=(), without=()):
        match = [word for case in only
                 for word in ("-m", self.pattern(case))]
        match += [word for pattern in without for word in ("-i", pattern)]
        return [PYTHON, "-m", "test", "-v", *match, self.name]

    @staticmethod
    def pattern(case):
        # "test_x (test.test_y.Class.test_x)"; or of a class's or module's
        return re.search(r"\((.*?)\)", case)[1]

    def results(self, text):
        found = {}
        for m in re.finditer(r"^(\w+ \([\w.]+\))(?:\n(?!\w+ \().*)?? \.\.\. "
                             r"((?:.*\n)*?.*?)\b(ok|FAIL|ERROR|skipped|"
                             r"expected failure)\b", text, re.MULTILINE):
            if m[3] in ("ok", "expected failure"):
                found.setdefault(m[1], True)
        # These are listed once more, subtests and fixtures, too.
        for m in re.finditer(r"^(?:FAIL|ERROR): (\w+ \([\w.]+\))", text,
                             re.MULTILINE):
            found[m[1]] = False
        return found


class Libuv(Suite):
    def __init__(self, folder):
        super().__init__("libuv")
        self.folder = folder

    def missing(self):
        if self.folder is None:
            return "no folder of libuv's tests is given"
        if self.user() == 0:
            return "its tests refuse root, who owns their folder"
        return None

    def user(self):
        # Its tests write into the folder of the sources.
        return os.stat(self.folder).st_uid

    def command(self, only=(), without=()):
        # Its tests read files of the sources.
        program = os.path.join(os.path.abspath(self.folder), "uv_run_tests")
        runs = [f"{program} {name}" for name in only] or [program]
        return ["sh", "-c", f"cd {os.path.dirname(program)}/..; " +
                "; ".join(runs)]

    def results(self, text):
        found = {}
        for m in re.finditer(r"^(ok|not ok) \d+ - (\S+)(.*)", text,
                             re.MULTILINE):
            if "# SKIP" not in m[3]:
                found[m[2]] = m[1] == "ok"
        return found


def explained(name):
    """Patterns of each way; a line is `[direct|hangs] PATTERN: REASON`."""
    patterns = {"direct": [], "proxied": [], "hangs": []}
    path = os.path.join(HERE, "explained", name)
    if os.path.exists(path):
        with open(path) as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    words = line.split(": ", 1)[0].rsplit(" ", 1)
                    patterns["proxied"].append(words[-1])
                    if len(words) > 1:
                        patterns[words[0]].append(words[-1])
    return patterns


def is_explained(case, patterns):
    """A pattern of CPython's is of what stands in parentheses."""
    name = re.sub(r".*\((.*)\)", r"\1", case)
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


class Runs:
    def __init__(self, args):
        self.args = args
        self.socksify = os.path.join(os.path.abspath(args.build), "socksify")
        self.outside = netns.Outside()
        self.proxy = proxies.Danted(self.outside, "danted", 1080)
        # It connects to what is bound to loopback, of both families.
        proxies.EXIT, proxies.EXIT6 = "127.0.0.1", "::1"
        self.proxy.start()
        self.home = self.outside.path("home")
        os.mkdir(self.home)
        os.chmod(self.home, 0o777)

    def run(self, suite, way, only=(), without=()):
        wrap = [] if way == "bare" else [
            self.socksify, "--no-config", "-s", self.proxy.endpoint(),
            *(["--loopback=proxy"] if way == "proxied" else []), "--"]
        process = subprocess.Popen(
            ["setpriv", f"--reuid={suite.user()}", "--regid=65534",
             "--clear-groups", "--", *wrap, *suite.command(only, without)],
            cwd=self.home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace",
            env={"PATH": "/usr/bin:/bin", "HOME": self.home, "USER": "nobody",
                 "TMPDIR": self.home, "LANG": "C.UTF-8"})
        try:
            text = process.communicate(timeout=PATIENCE)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            text = process.communicate()[0] + "\nno end\n"
        if self.args.keep and not only:
            netns.write(os.path.join(self.args.keep,
                                     f"{suite.name}.{way}"), text)
        return suite.results(text)

    def differences(self, suite, way, bare):
        """(its results, how many differ, those that do without reason)"""
        patterns = explained(suite.name)
        left_out = patterns["hangs"] if way == "proxied" else []
        results = self.run(suite, way, without=left_out)
        differ = {case for case, well in bare.items()
                  if well and not results.get(case, False)}
        wrong = {case for case in differ
                 if not is_explained(case, patterns[way])}
        for _ in range(AGAIN):
            for case in sorted(wrong):
                if self.run(suite, way, [case]).get(case, False):
                    wrong.remove(case)
        return results, len(differ), sorted(wrong)

    def compare(self, suite):
        """Return: is every difference explained?"""
        bare = self.run(suite, "bare")
        good = True
        print(f"{suite.name}: bare: {sum(bare.values())} of {len(bare)}",
              flush=True)
        for way in WAYS[1:]:
            results, differ, wrong = self.differences(suite, way, bare)
            print(f"{suite.name}: {way}: {sum(results.values())} of "
                  f"{len(results)}; {differ} differ, {len(wrong)} "
                  "unexplained", flush=True)
            for case in wrong:
                print("    " + case)
            good &= not wrong and bool(results)
        return good and bool(bare)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-b", "--build", default=os.path.join(
        HERE, "../../build"), help="the build directory")
    parser.add_argument("-l", "--libuv", help="where uv_run_tests is")
    parser.add_argument("-k", "--keep", help="a folder for logs")
    parser.add_argument("suites", nargs="*", metavar="SUITE")
    return parser.parse_args()


def main():
    args = arguments()
    netns.enter()
    runs = Runs(args)
    passed = failed = skipped = 0
    suites = [*map(CPython, CPYTHON), Libuv(args.libuv)]
    try:
        for suite in suites:
            if args.suites and suite.name not in args.suites:
                continue
            reason = suite.missing()
            if reason:
                print(f"{suite.name}: skipped: {reason}")
                skipped += 1
            elif runs.compare(suite):
                passed += 1
            else:
                failed += 1
    finally:
        runs.outside.remove()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
