#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Options, environment and file: what holds, and what is refused."""
import os
import subprocess
import unittest

from harness import Case, NOBODY, RESOLVER, ROOT


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
        self.assertIn('--guard: "maybe": expected auto, on or off',
                      self.refused('--guard=maybe', '-s', '::1'))

    def test_the_commands_options_are_its_own(self):
        r = self.run_it('-s', '::1', 'echo', '-s', '--help')
        self.assertEqual(r.out, '-s --help\n')
        r = self.run_it('-s', '::1', '--', 'echo', '-n', 'x')
        self.assertEqual(r.out, 'x')

    def test_plain_settings(self):
        r = self.probe('-s', '::1', '--loopback=proxy', '--udp=block',
                       '--dns=9.9.9.9',
                       '--timeout=7', '--pipeline', '-v')
        self.assertEqual(r.one('udp_blocked'), '1')
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
                             ('--udp=direct', 'proxy or block'),
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

    def test_socks_server_is_kept_without_its_secret(self):
        """By a name that makes nobody else speak SOCKS."""
        url, kept = 'socks5://a:s3c@ret@10.0.0.1:7', 'socks5://10.0.0.1:7'
        r = self.probe(env={'SOCKS_SERVER': url})
        self.assertEqual(self.both(r), ('a', 's3c@ret'))
        self.assertEqual(r.env('SOCKSIFY_SERVER'), kept)
        self.assertIsNone(r.env('SOCKS_SERVER'))
        r = self.probe(env={'SOCKS5_SERVER': '10.0.0.1:7'})
        self.assertEqual(r.env('SOCKSIFY_SERVER'), '10.0.0.1:7')
        self.assertIsNone(r.env('SOCKS5_SERVER'))
        # The first of two forms.
        r = self.probe(env={'SOCKS5_SERVER': '10.0.0.1:7',
                            'SOCKS_SERVER': url})
        self.assertEqual(r.env('SOCKSIFY_SERVER'), kept)
        # Another server is for the command to use, or for a socksify in it.
        r = self.probe('-s', '10.0.0.2', env={
            'SOCKS_SERVER': url, 'SOCKSIFY_SERVER': '10.0.0.1'})
        self.assertEqual(r.env('SOCKS_SERVER'), kept)
        self.assertIsNone(r.env('SOCKSIFY_SERVER'))
        # What an outer run has kept names this one's server, too.
        r = self.probe(env={'SOCKSIFY_SERVER': '10.0.0.1:7'})
        self.assertEqual(r.one('address'), '10.0.0.1:7')
        self.assertEqual(r.env('SOCKSIFY_SERVER'), '10.0.0.1:7')

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
        conf = self.write('conf', 'loopback = proxy\nudp = block\nfake-ipv4 = '
                          '10.9.0.0/16\nrequest-timeout = 9\ndns = fake\n')
        r = self.probe('-s', '::1', '-c', conf)
        self.assertEqual(r.one('loopback_proxied'), '1')
        self.assertEqual(r.one('udp_blocked'), '1')
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


if __name__ == '__main__':
    unittest.main()
