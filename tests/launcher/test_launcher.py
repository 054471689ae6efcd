#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""socksify(1) from outside: messages, exit codes, what the command sees.

Usage: test_launcher.py LAUNCHER RESOLVER PROBE STUB LIBDIR LIBEXECDIR
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
            argv, env=self.environment(env), capture_output=True, timeout=60, check=False, **kw))

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


class Options(Case):
    def test_help(self):
        for option in '-h', '--help':
            r = self.run_it(option)
            self.assertEqual((r.code, r.err), (0, ''))
            self.assertLessEqual(len(r.lines), 24)
            self.assertLessEqual(max(map(len, r.lines)), 80)
            for word in ('--server', '--no-config', '--guard', 'SOCKS_SERVER',
                         '125', '126', '127', '--timeout', '--version'):
                self.assertIn(word, r.out)

    def test_help_to_nowhere(self):
        with open('/dev/full', 'w', encoding='utf-8') as full:
            done = subprocess.run([self.launcher, '--help'], stdout=full,
                                  check=False)
        self.assertEqual(done.returncode, 125)

    def test_version(self):
        r = self.run_it('--version')
        self.assertEqual((r.code, r.err), (0, ''))
        self.assertRegex(r.out, r'^socksify \d+\.\d+\.\d+\n$')

    def test_bad_options(self):
        for args in (['--nonsense'], ['-x'], ['-s'], ['--direct'],
                     ['--pipeline=1']):
            r = self.run_it(*args)
            self.assertEqual(r.code, 125)
            self.assertIn('socksify: ', r.err)
        self.assertIn('--guard: "maybe": expected auto or off',
                      self.refused('--guard=maybe', '-s', '::1'))

    def test_the_commands_options_are_its_own(self):
        r = self.run_it('-s', '::1', 'echo', '-s', '--help')
        self.assertEqual(r.out, '-s --help\n')
        r = self.run_it('-s', '::1', '--', 'echo', '-n', 'x')
        self.assertEqual(r.out, 'x')

    def test_plain_settings(self):
        r = self.probe('-s', '::1', '--loopback=proxy', '--dns=9.9.9.9',
                       '--timeout=7', '--pipeline', '-v')
        self.assertEqual(r.one('loopback_proxied'), '1')
        self.assertEqual(r.one('dns_server'), '9.9.9.9:53')
        self.assertEqual(r.one('timeouts'), '7 7')
        self.assertEqual(r.one('pipeline'), '1')
        self.assertEqual((r.one('verbose'), r.one('quiet')), ('1', '0'))
        r = self.probe('-s', '::1', '-v', '-q')
        self.assertEqual((r.one('verbose'), r.one('quiet')), ('0', '1'))
        self.assertEqual(r.one('timeouts'), '30 130')

    def test_bad_settings(self):
        for option, part in (('--loopback=x', 'direct or proxy'),
                             ('--dns=x', 'auto, fake'),
                             ('--timeout=0', 'seconds'),
                             ('--direct=a:b', '"a:b"'),
                             ('--block=', 'expected')):
            err = self.refused('-s', '::1', option)
            self.assertIn(option.split('=')[0] + ': ', err)
            self.assertIn(part, err)


class Server(Case):
    def test_none(self):
        err = self.refused()
        self.assertIn('no proxy is named: expected -s HOST:PORT', err)
        self.assertIn('SOCKS_SERVER', err)
        err = self.refused('--no-config')
        self.assertIn('no proxy is named', err)

    def test_bad_values(self):
        for name in 'SOCKS_SERVER', 'SOCKS5_SERVER':
            err = self.refused(env={name: 'proxy:0'})
            self.assertIn(f'socksify: {name}: "proxy:0": expected host:port',
                          err)
        err = self.refused('-s', 'http://x')
        self.assertIn('socksify: -s: "http://x": expected host:port', err)
        self.assertIn('only SOCKS5', err)
        err = self.refused('-s', 'socks5://alice:s3cret@x:0')
        self.assertIn('alice:***@x:0', err)
        err = self.refused(env={'ALL_PROXY': 'socks5://x:0'})
        self.assertIn('socksify: ALL_PROXY: ', err)

    def test_first_found_wins(self):
        self.write('home/.config/socksify/config', 'server = 10.0.0.5\n')
        env = {}
        for name, value, want in (
                (None, None, '10.0.0.5:1080'),
                ('all_proxy', 'socks5h://10.0.0.4:4', '10.0.0.4:4'),
                ('ALL_PROXY', 'socks5://10.0.0.3:3', '10.0.0.3:3'),
                ('SOCKS5_SERVER', '10.0.0.2:2', '10.0.0.2:2'),
                ('SOCKS_SERVER', '10.0.0.1:1', '10.0.0.1:1')):
            if name:
                env[name] = value
            r = self.probe(env=env)
            self.assertEqual(r.one('server'), want)
            self.assertEqual(r.one('address'), want)
            self.assertEqual(r.one('all_proxy'),
                             '1' if (name or '').lower() == 'all_proxy'
                             else '0')
        r = self.probe('--server=[2001:db8::1]:9', env=env)
        self.assertEqual(r.one('address'), '[2001:db8::1]:9')

    def test_http_all_proxy_is_none(self):
        self.assertIn('no proxy is named',
                      self.refused(env={'ALL_PROXY': 'http://x:1'}))

    def test_names(self):
        r = self.probe('-s', 'localhost:99')
        self.assertEqual(r.one('server'), 'localhost:99')
        self.assertIn('127.0.0.1:99', r.get('address'))
        r = self.probe('-s', 'any.localhost')
        self.assertEqual(r.get('address'), ['127.0.0.1:1080', '[::1]:1080'])
        err = self.refused('-s', 'x.invalid')
        self.assertIn('-s: there is no such host as x.invalid', err)

    def fake_resolver(self, text):
        self.write('b/socksify-resolve', '#!/bin/sh\n' + text, 0o755)

    def test_resolver(self):
        self.fake_resolver('test "$1" = proxy.test || exit 1\n'
                           'echo 10.1.2.3\necho fe80::1%3\necho nonsense.x\n')
        r = self.probe('-s', 'proxy.test:7')
        self.assertEqual(r.one('server'), 'proxy.test:7')
        self.assertEqual(r.get('address')[0], '10.1.2.3:7')
        self.assertEqual(len(r.get('address')), 2)
        self.fake_resolver('i=0; while [ $i -lt 12 ]; do\n'
                           'echo 10.0.0.$i; i=$((i+1)); done\n')
        r = self.probe('-s', 'proxy.test')
        self.assertEqual(len(r.get('address')), 8)

    def test_resolver_fails(self):
        self.fake_resolver('echo error Name or service not known; exit 1')
        err = self.refused(env={'SOCKS_SERVER': 'proxy.test'})
        self.assertIn('SOCKS_SERVER: cannot find the address of the proxy '
                      'proxy.test: Name or service not known', err)
        os.remove(self.path('b/socksify-resolve'))
        err = self.refused('-s', 'proxy.test')
        self.assertIn('socksify-resolve is neither in', err)

    def test_real_resolver(self):
        done = self.run_raw([RESOLVER, '127.0.0.7'])
        self.assertEqual((done.code, done.out), (0, '127.0.0.7\n'))
        done = self.run_raw([RESOLVER, 'fe80::1%1'])
        self.assertEqual((done.code, done.out), (0, 'fe80::1%1\n'))
        done = self.run_raw([RESOLVER, 'a..b'])
        self.assertEqual(done.code, 1)
        self.assertTrue(done.out.startswith('error '), done.out)
        self.assertEqual(self.run_raw([RESOLVER]).code, 125)


class Credentials(Case):
    def both(self, r):
        return r.one('user'), r.one('password')

    def test_url(self):
        r = self.probe('-s', 'socks5://al%20ice:p%40@:x@10.0.0.1')
        self.assertEqual(self.both(r), ('al ice', 'p@@:x'))
        self.assertNotIn('p@@:x', ''.join(
            line for line in r.lines if line.startswith('env ')))

    def test_environment(self):
        env = {'SOCKS_USERNAME': 'bob', 'SOCKS_PASSWORD': 's3cret%41',
               'SOCKS_PASSWD': 'x', 'SOCKS5_PASSWD': 'x', 'SOCKS_USER': 'x'}
        r = self.probe('-s', '10.0.0.1', env=env)
        self.assertEqual(self.both(r), ('bob', 's3cret%41'))
        for name in env:
            self.assertIsNone(r.env(name))
        r = self.probe('-s', 'socks5://a:b@10.0.0.1', env=env)
        self.assertEqual(self.both(r), ('a', 'b'))
        r = self.probe(env={'ALL_PROXY': 'socks5://10.0.0.1', **env})
        self.assertEqual(self.both(r), ('', ''))
        self.assertIsNone(r.env('SOCKS_PASSWORD'))

    def test_socks_server_stays_without_its_secret(self):
        r = self.probe(env={'SOCKS_SERVER': 'socks5://a:s3c@ret@10.0.0.1:7'})
        self.assertEqual(self.both(r), ('a', 's3c@ret'))
        self.assertEqual(r.env('SOCKS_SERVER'), 'socks5://10.0.0.1:7')
        r = self.probe(env={'SOCKS_SERVER': '10.0.0.1:7'})
        self.assertEqual(r.env('SOCKS_SERVER'), '10.0.0.1:7')

    def test_password_file(self):
        pw = self.write('pw', 'p w#%41\r\n')
        r = self.probe('-s', 'socks5://a@10.0.0.1', '--password-file', pw)
        self.assertEqual(self.both(r), ('a', 'p w#%41'))
        r = self.probe('-s', '10.0.0.1', '--password-file', pw,
                       env={'SOCKS_USER': 'u'})
        self.assertEqual(self.both(r), ('u', 'p w#%41'))
        err = self.refused('-s', 'socks5://a@h', '--password-file',
                           self.path('none'))
        self.assertIn('none: No such file', err)
        err = self.refused('-s', 'socks5://a@h', '--password-file',
                           self.write('empty', '\n'))
        self.assertIn('empty: expected a password of 1 to 255', err)
        err = self.refused('-s', 'socks5://a@h', '--password-file',
                           self.write('long', 'S' * 256))
        self.assertIn('expected a password of 1 to 255', err)
        self.assertNotIn('SSS', err)

    def test_half(self):
        err = self.refused('-s', 'socks5://alice@10.0.0.1')
        self.assertIn("-s: user 'alice' has no password", err)
        err = self.refused('-s', '10.0.0.1', '--password-file',
                           self.write('pw', 'x'))
        self.assertIn('no user name', err)
        err = self.refused('-s', '10.0.0.1', env={'SOCKS_PASSWORD': 'x'})
        self.assertIn('SOCKS_PASSWORD: ', err)

    def test_file(self):
        self.write('home/.config/socksify/pw', 'filepw\n')
        self.write('home/.config/socksify/config',
                   'server = 10.0.0.1\nusername = carol\npassword-file = pw\n')
        self.assertEqual(self.both(self.probe()), ('carol', 'filepw'))
        # The same server by another way, and another server.
        r = self.probe('-s', '10.0.0.1:1080')
        self.assertEqual(self.both(r), ('carol', 'filepw'))
        r = self.probe('-s', '10.0.0.2:1080')
        self.assertEqual(self.both(r), ('', ''))
        r = self.probe('-s', '10.0.0.1:1081')
        self.assertEqual(self.both(r), ('', ''))
        r = self.probe('-s', 'socks5://dave:x@10.0.0.1')
        self.assertEqual(self.both(r), ('dave', 'x'))
        r = self.probe(env={'SOCKS_USER': 'eve', 'SOCKS_PASSWD': 'y'})
        self.assertEqual(self.both(r), ('eve', 'y'))
        err = self.refused('-s', 'socks5://dave@10.0.0.1')
        self.assertIn("'dave' has no password", err)

    def test_password_file_under_home(self):
        self.write('home/pw', 'homepw\n')
        conf = self.write('conf', 'server = socks5://f@10.0.0.1\n'
                                  'password-file = ~/pw\n')
        self.assertEqual(self.both(self.probe('-c', conf)), ('f', 'homepw'))

    def test_ps_shows_no_password(self):
        fifo = self.path('fifo')
        os.mkfifo(fifo)
        with subprocess.Popen(
                [self.launcher, '-s', 'socks5://a:s3c@ret@10.0.0.1',
                 '-c', fifo, 'true'],
                env=self.environment({}), stderr=subprocess.PIPE) as p:
            # Opened only when the launcher reads it: after its options.
            with open(fifo, 'w', encoding='utf-8') as f:
                with open(f'/proc/{p.pid}/cmdline', 'rb') as cmdline:
                    text = cmdline.read()
                f.write('\n')
            self.assertIn(b'socks5://a:*******@10.0.0.1', text)
            self.assertEqual((p.wait(), p.stderr.read()), (0, b''))


class Files(Case):
    def test_which(self):
        home = self.write('home/.config/socksify/config',
                          'server = 10.0.0.1:1\nblock home.test\n')
        xdg = self.write('xdg/socksify/config', 'server = 10.0.0.1:2\n')
        conf = self.write('conf', 'server = 10.0.0.1:3\n')
        named = self.write('named', 'server = 10.0.0.1:4\n')
        env = {}
        self.assertEqual(self.probe(env=env).one('server'), '10.0.0.1:1')
        env['XDG_CONFIG_HOME'] = os.path.dirname(os.path.dirname(xdg))
        self.assertEqual(self.probe(env=env).one('server'), '10.0.0.1:2')
        env['SOCKS_CONF'] = conf
        self.assertEqual(self.probe(env=env).one('server'), '10.0.0.1:3')
        self.assertEqual(self.probe('-c', named, env=env).one('server'),
                         '10.0.0.1:4')
        r = self.probe('-s', '10.0.0.9')
        self.assertEqual(r.get('rule'), ['block home.test 0'])
        r = self.probe('-s', '10.0.0.9', '--no-config', env={})
        self.assertEqual(r.get('rule'), [])
        self.assertTrue(home)

    def test_named_file_must_be_there(self):
        err = self.refused('-s', '::1', '-c', self.path('none'))
        self.assertIn('none: No such file', err)
        err = self.refused('-s', '::1', env={'SOCKS_CONF': '/none'})
        self.assertIn('/none: No such file', err)
        err = self.refused('-s', '::1', '-c', self.dir)
        self.assertIn('Is a directory', err)

    @unittest.skipUnless(ROOT, 'needs another user')
    def test_unreadable_default_file_is_not_passed_over(self):
        self.write('home/.config/socksify/config', 'block x.test\n', 0o600)
        err = self.refused('-s', '::1', user=NOBODY)
        self.assertIn('config: Permission denied', err)

    def test_every_bad_line(self):
        conf = self.write('conf', 'server = p:0\n\nfoo\ndns = x\n')
        err = self.refused('-s', '::1', '-c', conf, lines=3)
        for part in (f'{conf}:1: "p:0": expected host:port',
                     f'{conf}:3: "foo": expected key = value',
                     f'{conf}:4: "x": expected auto, fake'):
            self.assertIn('socksify: ' + part, err)

    def test_settings(self):
        conf = self.write('conf', 'loopback = proxy\nfake-ipv4 = '
                          '10.9.0.0/16\nrequest-timeout = 9\ndns = fake\n')
        r = self.probe('-s', '::1', '-c', conf)
        self.assertEqual(r.one('loopback_proxied'), '1')
        self.assertEqual(r.one('fake'), '10.9.0.0/16')
        self.assertEqual(r.one('timeouts'), '30 9')
        self.assertEqual(r.one('dns'), '1')
        r = self.probe('-s', '::1', '-c', conf, '--loopback=direct')
        self.assertEqual(r.one('loopback_proxied'), '0')


    def test_sizes(self):
        """Around the sizes of the buffer that the file is read into."""
        last = 'direct last.test'
        for size in 4095, 4096, 16383, 16384, 200000:
            head = '# head\n'
            conf = self.write('conf', head + '#' * (
                size - len(head) - 1 - len(last)) + '\n' + last)
            self.assertEqual(os.path.getsize(conf), size)
            r = self.probe('-s', '::1', '-c', conf)
            self.assertEqual(r.get('rule'), ['direct last.test 0'])


class Rules(Case):
    def test_order(self):
        conf = self.write('conf', 'proxy f1.test\ndirect f2.test\n')
        r = self.probe('-s', '::1', '-c', conf, '--block=c1.test',
                       '--direct=c2.test,c3.test', '--block', 'c4.test',
                       env={'SOCKS_DIRECT': 'e2.test',
                            'SOCKS_BLOCK': 'e1.test'})
        self.assertEqual(r.get('rule'), [
            'block c1.test 0', 'direct c2.test 0', 'direct c3.test 0',
            'block c4.test 0', 'block e1.test 0', 'direct e2.test 0',
            'proxy f1.test 0', 'direct f2.test 0'])

    def test_too_many(self):
        conf = self.write('conf', 'direct x.test\n' * 512)
        self.assertEqual(len(self.probe('-s', '::1', '-c', conf).get('rule')),
                         512)
        err = self.refused('-s', '::1', '-c', conf, '--direct=y.test')
        self.assertIn('512', err)

    def test_no_proxy(self):
        env = {'NO_PROXY': 'n.test'}
        r = self.probe('-s', '::1', env=env)
        self.assertEqual(r.get('rule'), [])
        r = self.probe(env={'SOCKS_SERVER': '::1', **env})
        self.assertEqual(r.get('rule'), [])
        r = self.probe(env={'ALL_PROXY': 'socks5://[::1]', **env})
        self.assertEqual(r.get('rule'), ['direct n.test 0'])
        err = self.refused(env={'ALL_PROXY': 'socks5://[::1]',
                                'NO_PROXY': '*'})
        self.assertIn('socksify: NO_PROXY: ', err)
        # Not ours to judge then.
        self.probe('-s', '::1', env={'NO_PROXY': '*'})


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
        self.assertEqual((r.one('filtered'), r.one('seccomp')), ('1', '2'))
        self.assertEqual(r.one('nnp'), r.one('kernel_nnp'))
        self.assertNotEqual(r.one('cookie'), '0')
        self.assertNotEqual(r.one('cookie'),
                            self.probe('-s', '::1').one('cookie'))
        r = self.run_it('-s', '::1', PROBE, 'socket')
        self.assertEqual(r.out, 'EACCES\n')

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
                          r.one('kernel_nnp')), ('1', '1', '1'))

    def static(self):
        if LINKAGE != 'static':
            self.skipTest('the launcher is no static program here')
        path = self.path('static')
        shutil.copy(LAUNCHER, path)
        return path

    def test_static(self):
        static = self.static()
        r = self.run_it('-s', '::1', static, '--version')
        self.assertEqual(r.code, 0)
        self.assertEqual(r.err, f'socksify: {static} is a static program, '
                         'which cannot be proxied: it has no network here\n')
        r = self.run_it('-q', '-s', '::1', static, '--version')
        self.assertEqual((r.code, r.err), (0, ''))
        r = self.run_it('-s', '::1', '--guard=off', static, '--version')
        self.assertIn('it connects directly', r.err)
        self.assertEqual(r.code, 0)
        # Found by its name, too.
        r = self.run_it('-s', '::1', 'static', '--version',
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
