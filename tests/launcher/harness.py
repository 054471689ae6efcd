# SPDX-License-Identifier: MIT
"""What the launcher's tests share: a place with a copy of it, and a probe.

Arguments: LAUNCHER RESOLVER PROBE STUB LIBDIR LIBEXECDIR
           token|plain static|dynamic
No network is needed. HOME and the whole environment are made up.
"""
import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

(LAUNCHER, RESOLVER, PROBE, STUB, LIBDIR, LIBEXECDIR, TOKEN,
 LINKAGE) = (sys.argv.pop(1) for _ in range(8))
LAUNCHER, RESOLVER, BUILT_PROBE, STUB = map(
    os.path.abspath, (LAUNCHER, RESOLVER, PROBE, STUB))
# A copy that other users reach, wherever the build folder is.
PROBE_DIR = tempfile.mkdtemp(prefix='socksify-test.', dir='/tmp')
PROBE = os.path.join(PROBE_DIR, 'probe')
os.chmod(PROBE_DIR, 0o755)
shutil.copy(BUILT_PROBE, PROBE)
atexit.register(shutil.rmtree, PROBE_DIR)
ROOT = os.geteuid() == 0
NOBODY = 65534


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()
        self.lines = self.out.split('\n')[:-1]  # a \r is no end of line

    def get(self, key):
        """The probe's values of a key."""
        return [line.split('=', 1)[1] for line in self.lines
                if line.startswith(key + '=')]

    def one(self, key):
        values = self.get(key)
        assert len(values) == 1, (key, values, self.out, self.err)
        return values[0]

    def env(self, name):
        for line in self.lines:
            if line.startswith('env ' + name + '='):
                return line.split('=', 1)[1]
        return None


class Case(unittest.TestCase):
    def setUp(self):
        # Not below the build folder: its path may have a space.
        self.dir = tempfile.mkdtemp(prefix='socksify-test.', dir='/tmp')
        self.addCleanup(shutil.rmtree, self.dir)
        os.chmod(self.dir, 0o755)
        self.install('b/socksify', 'b/socksify-resolve', 'b/libsocksify.so')
        self.home = self.path('home')
        os.mkdir(self.home)

    def path(self, name):
        return os.path.join(self.dir, name)

    def install(self, launcher, resolver, library):
        for source, name in ((LAUNCHER, launcher), (RESOLVER, resolver),
                             (STUB, library)):
            os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
            shutil.copy(source, self.path(name))
        self.launcher = self.path(launcher)
        self.library = self.path(library)

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def environment(self, env):
        base = {'HOME': self.home, 'PATH': '/usr/bin:/bin',
                # A sanitized launcher runs under its own library here.
                'ASAN_OPTIONS': 'verify_asan_link_order=0'}
        base.update(env or {})
        return base

    def run_raw(self, argv, env=None, **kw):
        return Result(subprocess.run(
            argv, env=self.environment(env), capture_output=True,
            timeout=60, check=False, **kw))

    def run_it(self, *args, env=None, **kw):
        return self.run_raw([self.launcher, *args], env, **kw)

    def probe(self, *args, env=None, **kw):
        r = self.run_it(*args, PROBE, 'env', env=env, **kw)
        self.assertEqual((r.code, r.err), (0, ''))
        return r

    def refused(self, *args, env=None, code=125, lines=1, **kw):
        r = self.run_it(*args, PROBE, env=env, **kw)
        self.assertEqual(r.code, code, r.err)
        self.assertEqual(r.out, '')
        self.assertEqual(len(r.err.splitlines()), lines, r.err)
        for line in r.err.splitlines():
            self.assertTrue(line.startswith('socksify: '), line)
        return r.err
