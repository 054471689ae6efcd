#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the command gets to see, and what becomes of it."""
import os
import shutil
import subprocess
import sys
import unittest

from harness import (Case, LAUNCHER, LIBDIR, LIBEXECDIR, LINKAGE, NOBODY,
                     PROBE, ROOT, Result, STUB, TOKEN)


class Environment(Case):
    def test_proxy_variables(self):
        names = ['http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy',
                 'HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'ALL_PROXY']
        env = {n: 'socks5h://10.0.0.1:1080' for n in names}
        env['rsync_proxy'] = 'socks5://10.0.0.1:1080'
        env['NO_PROXY'] = 'x.test'
        r = self.probe('-s', '10.0.0.1', env=env)
        for n in names:
            self.assertIsNone(r.env(n), n)
        self.assertEqual(r.env('rsync_proxy'), env['rsync_proxy'])
        self.assertEqual(r.env('NO_PROXY'), 'x.test')
        r = self.probe('-s', '10.0.0.2', env=env)
        for n in names:
            self.assertEqual(r.env(n), env[n])
        r = self.probe('-s', '10.0.0.1:3128',
                       env={'http_proxy': 'http://10.0.0.1:3128'})
        self.assertEqual(r.env('http_proxy'), 'http://10.0.0.1:3128')
        # By its address as well as by its name.
        r = self.probe('-s', 'any.localhost',
                       env={'http_proxy': 'socks5://127.0.0.1:1080'})
        self.assertIsNone(r.env('http_proxy'))

    def test_preload(self):
        r = self.probe('-s', '::1')
        self.assertEqual(r.env('LD_PRELOAD'), self.library)
        self.assertEqual(r.one('preload'), self.library)
        other = self.path('other.so')
        shutil.copy(STUB, other)
        r = self.probe('-s', '::1', env={'LD_PRELOAD': other})
        self.assertEqual(r.env('LD_PRELOAD'), self.library + ':' + other)
        both = other + ':' + self.library
        r = self.probe('-s', '::1', env={'LD_PRELOAD': both})
        self.assertEqual(r.env('LD_PRELOAD'), both)
        long = ':'.join([other] * 500)
        r = self.probe('-s', '::1', env={'LD_PRELOAD': long})
        self.assertEqual(r.env('LD_PRELOAD'), self.library + ':' + long)

    def test_nothing_else_changes(self):
        env = {'FOO': 'bar', 'EMPTY': '', 'SOCKS_CONF': '',
               'SOCKS_DIRECT': 'x.test'}
        r = self.probe('-s', '::1', env=env)
        got = {line[4:].split('=', 1)[0] for line in r.lines
               if line.startswith('env ')}
        self.assertEqual(got, set(self.environment(env)) |
                         {'LD_PRELOAD', 'SOCKSIFY_RUN'})

    def test_hidden_descriptors(self):
        r = self.probe('-s', '::1')
        fd, log_fd = int(r.one('fd')), int(r.one('log_fd'))
        self.assertGreater(min(fd, log_fd), 200)
        self.assertNotEqual(fd, log_fd)
        r = self.run_it('-s', '::1', 'sh', '-c', 'echo message >&' + str(
            log_fd) if log_fd < 10 else f'readlink /proc/self/fd/{log_fd}; '
            'readlink /proc/self/fd/2; ls /proc/self/fd')
        lines = r.out.splitlines()
        self.assertEqual(lines[0], lines[1])
        # 0, 1, 2, ours two, and the folder that ls reads.
        self.assertEqual(len(lines) - 2, 6, r.out)

    def test_closed_stderr(self):
        r = self.run_raw(['sh', '-c', f'exec {self.launcher} -s ::1 {PROBE} '
                          '2>&-'])
        self.assertEqual((r.code, r.one('log_fd')), (0, '-1'))


class Place(Case):
    def test_no_library(self):
        os.remove(self.library)
        self.assertIn('libsocksify.so is neither in',
                      self.refused('-s', '::1'))

    def test_awkward_paths(self):
        for c in ' ', ':', '$':
            old = self.dir
            self.dir = os.path.join(old, f'a{c}b')
            self.install('b/socksify', 'b/socksify-resolve',
                         'b/libsocksify.so')
            self.dir = old
            err = self.refused('-s', '::1')
            self.assertIn(f"cannot be preloaded from a path with '{c}'", err)

    def test_installed(self):
        if LIBDIR.startswith('/') or LIBEXECDIR.startswith('/'):
            self.skipTest('folders are not relative to the prefix')
        self.install('usr/bin/socksify',
                     f'usr/{LIBEXECDIR}/socksify/socksify-resolve',
                     f'usr/{LIBDIR}/socksify/libsocksify.so')
        r = self.probe('-s', '::1')
        lib = '$LIB' if TOKEN == 'token' else LIBDIR
        self.assertEqual(r.env('LD_PRELOAD'),
                         self.path(f'usr/{lib}/socksify/libsocksify.so'))
        # ld.so has found it: it says so, were it otherwise.
        r = self.run_it('-s', '::1', 'sh', '-c', 'grep -c libsocksify.so '
                        '/proc/self/maps; true')
        self.assertEqual(r.err, '')
        self.assertNotEqual(r.out, '0\n')
        self.write(f'usr/{LIBEXECDIR}/socksify/socksify-resolve',
                   '#!/bin/sh\necho 10.7.7.7\n', 0o755)
        self.assertEqual(self.probe('-s', 'p.test').one('address'),
                         '10.7.7.7:1080')


class Command(Case):
    def test_status(self):
        r = self.run_it('-s', '::1', 'sh', '-c', 'exit 42')
        self.assertEqual((r.code, r.err), (42, ''))
        r = self.run_it('-s', '::1', 'sh', '-c', 'kill -TERM $$')
        self.assertEqual((r.code, r.err), (-15, ''))

    def test_not_found(self):
        r = self.run_it('-s', '::1', 'no-such-command')
        self.assertEqual((r.code, r.err), (
            127, 'socksify: no-such-command: command not found\n'))
        r = self.run_it('-s', '::1', '/no/such/command')
        self.assertEqual((r.code, r.err), (
            127, 'socksify: /no/such/command: No such file or directory\n'))

    def test_not_executable(self):
        plain = self.write('plain', 'x')
        r = self.run_it('-s', '::1', plain)
        self.assertEqual((r.code, r.err),
                         (126, f'socksify: {plain}: Permission denied\n'))
        r = self.run_it('-s', '::1', '/')
        self.assertEqual((r.code, r.err),
                         (126, 'socksify: /: Permission denied\n'))

    def test_script_without_interpreter(self):
        script = self.write('script', 'echo by sh $1\n', 0o755)
        r = self.run_it('-s', '::1', script, 'x')
        self.assertEqual((r.code, r.out, r.err), (0, 'by sh x\n', ''))

    def test_shell(self):
        r = self.run_it('-s', '::1', env={'SHELL': PROBE})
        self.assertEqual(r.one('address'), '[::1]:1080')
        for env in {}, {'SHELL': ''}:
            r = self.run_it('-s', '::1', env=env, input=b'echo "$0" $((6*7))\n')
            self.assertEqual((r.code, r.out), (0, '/bin/sh 42\n'))


class Guard(Case):
    def test_filter(self):
        r = self.probe('-s', '::1')
        self.assertEqual((r.one('filtered'), r.one('seccomp')), ('2', '2'))
        self.assertEqual(r.one('nnp'), r.one('kernel_nnp'))
        self.assertNotEqual(r.one('cookie'), '0')
        self.assertNotEqual(r.one('cookie'),
                            self.probe('-s', '::1').one('cookie'))
        r = self.run_it('-s', '::1', PROBE, 'socket')
        self.assertEqual(r.out, 'socket\n')

    def test_on(self):
        r = self.probe('-s', '::1', '--guard=on')
        self.assertEqual((r.code, r.one('filtered')), (0, '2'))
        # An outer run without it has no place for it.
        r = self.run_it('-s', '::1', '--guard=off', self.launcher,
                        '--guard=on', PROBE)
        self.assertEqual((r.code, r.out), (125, ''))
        self.assertIn('the outer run has no guard', r.err)
        r = self.run_it('-s', '::1', '--guard=yes', PROBE)
        self.assertEqual((r.code, r.err), (
            125, 'socksify: --guard: "yes": expected auto, on or off\n'))

    def test_subreaper(self):
        """It adopts orphans: the supervisor must be no child to wait for."""
        become = ('import ctypes, os, sys;'
                  'ctypes.CDLL(None).prctl(36, 1, 0, 0, 0);'
                  'os.execv(sys.argv[1], sys.argv[1:])')
        wait = ('import os\n'
                'try: print(os.wait())\n'
                'except ChildProcessError: print("no child")')
        r = self.run_raw([sys.executable, '-c', become, self.launcher, '-s',
                          '::1', '--guard=on', sys.executable, '-c', wait])
        self.assertEqual((r.code, r.out, r.err), (0, 'no child\n', ''))

    @unittest.skipUnless(ROOT, 'makes a namespace')
    def test_process_1(self):
        r = self.run_raw(['unshare', '-pf', self.launcher, '-s', '::1',
                          '--guard=on', PROBE])
        self.assertEqual((r.code, r.err, r.one('filtered')), (0, '', '2'))
        r = self.run_raw(['unshare', '-pf', self.launcher, '-s', '::1',
                          '--guard=on', 'sh', '-c', 'echo $$; wait; true'])
        self.assertEqual((r.code, r.out), (0, '1\n'))

    def test_nowhere_to_listen(self):
        r = self.run_raw([PROBE, 'deny', self.launcher, '-s', '::1',
                          '--guard=on', PROBE])
        self.assertEqual((r.code, r.out), (125, ''))
        self.assertIn('the guard cannot work here', r.err)

    def test_off(self):
        r = self.probe('-s', '::1', '--guard=off')
        self.assertEqual((r.one('filtered'), r.one('seccomp'), r.one('nnp'),
                          r.one('kernel_nnp')), ('0', '0', '0', '0'))
        r = self.run_it('-s', '::1', '--guard=off', PROBE, 'socket')
        self.assertEqual(r.out, 'socket\n')

    @unittest.skipUnless(ROOT, 'both kinds of user are needed')
    def test_no_new_privs_only_where_it_must(self):
        r = self.probe('-s', '::1')
        self.assertEqual((r.one('nnp'), r.one('kernel_nnp')), ('0', '0'))
        r = self.probe('-s', '::1', user=NOBODY, group=NOBODY)
        self.assertEqual((r.one('filtered'), r.one('nnp'),
                          r.one('kernel_nnp')), ('2', '1', '1'))

    def static(self):
        if LINKAGE != 'static':
            self.skipTest('the launcher is no static program here')
        path = self.path('static')
        shutil.copy(LAUNCHER, path)
        return path

    def test_static(self):
        static = self.static()
        r = self.run_it('-s', '::1', static, '--version')
        self.assertEqual((r.code, r.err), (0, ''))
        r = self.run_it('-q', '-s', '::1', static, '--version')
        self.assertEqual((r.code, r.err), (0, ''))
        r = self.run_it('-s', '::1', '--guard=off', static, '--version')
        self.assertIn('it connects directly', r.err)
        self.assertEqual(r.code, 0)
        # Found by its name, too.
        r = self.run_it('-s', '::1', '--guard=off', 'static', '--version',
                        env={'PATH': '/none:' + self.dir})
        self.assertIn('static is a static program', r.err)

    @unittest.skipUnless(ROOT, 'makes a set-id program')
    def test_set_id(self):
        path = self.path('set-id')
        shutil.copy('/bin/true', path)
        os.chmod(path, 0o4755)
        r = self.run_it('-s', '::1', path, user=NOBODY, group=NOBODY)
        self.assertEqual((r.code, r.err), (
            0, f'socksify: {path} is a set-id program and gains no '
            'privileges here: see --guard=off\n'))
        r = self.run_it('-s', '::1', '--guard=off', path, user=NOBODY,
                        group=NOBODY)
        self.assertIn('it connects directly', r.err)

    def test_no_filter_to_be_had(self):
        r = self.run_raw([PROBE, 'deny', self.launcher, '-s', '::1', PROBE])
        self.assertEqual((r.code, r.one('filtered')), (0, '0'))
        self.assertEqual(r.err, 'socksify: no filter (Operation not '
                         'permitted): programs that cannot be proxied, such '
                         'as static ones, connect directly\n')
        r = self.run_raw([PROBE, 'deny', self.launcher, '-q', '-s', '::1',
                          PROBE])
        self.assertEqual((r.code, r.err), (0, ''))
        static = self.static()
        r = self.run_raw([PROBE, 'deny', self.launcher, '-s', '::1', static,
                          '--version'])
        self.assertEqual((r.code, r.out), (126, ''))
        self.assertIn(f'socksify: {static} is a static program, which cannot '
                      'be proxied, and there is no filter', r.err)
        r = self.run_raw([PROBE, 'deny', self.launcher, '-s', '::1',
                          '--guard=off', static, '--version'])
        self.assertEqual(r.code, 0)


class Nested(Case):
    def nested(self, outer, inner, env=None):
        """Runs two probes: one in the outer run, one in the inner."""
        script = '"$0"; echo ----; shift 0; exec "$@"'
        r = self.run_it(*outer, 'sh', '-c', script, PROBE, self.launcher,
                        *inner, PROBE, 'env', env=env)
        self.assertEqual((r.code, r.err), (0, ''), r.out)
        first, second = r.out.split('----\n')
        results = []
        for text in first, second:
            results.append(Result(subprocess.CompletedProcess(
                [], 0, text.encode(), b'')))
        return results

    def test_same_run(self):
        for inner, env in (([], {}), (['-s', '10.0.0.1'], {}),
                           (['-s', 'socks5://10.0.0.1:1080'], {}),
                           ([], {'SOCKS_SERVER': 'socks5://a:b@10.0.0.1'})):
            outer = [] if env else ['-s', 'socks5://a:b@10.0.0.1']
            a, b = self.nested(outer, inner, env)
            for key in 'fd', 'log_fd', 'cookie', 'password', 'address':
                self.assertEqual(a.one(key), b.one(key), (inner, env))
            self.assertEqual(b.env('LD_PRELOAD'), self.library)

    def test_another_server(self):
        a, b = self.nested(['-s', 'socks5://a:b@10.0.0.1'],
                           ['-s', '10.0.0.2'])
        self.assertNotEqual(a.one('fd'), b.one('fd'))
        self.assertEqual(b.one('address'), '10.0.0.2:1080')
        self.assertEqual((b.one('user'), b.one('password')), ('', ''))
        # One filter is enough: each costs every system call.
        for key in 'cookie', 'filtered', 'nnp', 'log_fd', 'filters':
            self.assertEqual(a.one(key), b.one(key))
        self.assertEqual(b.env('LD_PRELOAD'), self.library)
        # The outer run's state is not handed on for ever.
        self.assertEqual(a.one('run_fds'), '1')
        self.assertEqual(b.one('run_fds'), '1')
        # As another user of the same server.
        for user, password in ('a', 'x'), ('x', 'b'), ('ab', 'b'):
            a, b = self.nested(['-s', 'socks5://a:b@10.0.0.1'],
                               ['-s', f'socks5://{user}:{password}@10.0.0.1'])
            self.assertEqual((b.one('user'), b.one('password')),
                             (user, password))

    def test_more_options(self):
        a, b = self.nested(
            ['-s', 'socks5://a:b@10.0.0.1', '--block=o.test', '--timeout=5'],
            ['--direct=i.test'])
        self.assertEqual(a.get('rule'), ['block o.test 0'])
        self.assertEqual(b.get('rule'), ['direct i.test 0', 'block o.test 0'])
        for key in 'server', 'address', 'user', 'password', 'timeouts':
            self.assertEqual(a.one(key), b.one(key))
        self.assertEqual(a.one('cookie'), b.one('cookie'))
        self.assertNotEqual(a.one('fd'), b.one('fd'))

    def test_stale_marker(self):
        for value in '3:4', 'nonsense', '', '0:0:0':
            r = self.probe('-s', '::1', env={'SOCKSIFY_RUN': value})
            self.assertEqual(r.one('address'), '[::1]:1080')


if __name__ == '__main__':
    unittest.main()
