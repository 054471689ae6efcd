#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run one victim under socksify and ask its proxy what it saw.

Usage: run.py LAUNCHER FAKESOCKS LIBRARY SOURCE VICTIM [OBJECT...]

The comment at the head of SOURCE says how, in lines ` * key: value`:

  script     of the proxy (fakesocks); several lines are joined. Default:
             accept everything and echo
  proxy      "6": it listens at ::1; "down": it does not listen at all
  options    of the launcher, after --loopback=proxy
  config     a line of a configuration file, which there is none of otherwise
  native     run the victim without socksify first: what it expects of libc
             and the kernel must be right (any value)
  run        one run of the victim; several lines are several runs. Words:
             NAME=VALUE in its environment, args=A,B, limit=SOFT[:HARD]
             descriptors, preload=FILE[,FILE] behind our library, under=PROGRAM
             (valgrind). A file or program that is not installed skips the run;
             OBJECTS are found by their name
  log        a regular expression that some line of the proxy's log matches
  log-count  N and one that N lines match
  says       one that a line of the victim's stderr matches, and no other line
             is there; without it nothing may be said

Exit status 77 (of the victim too) is a skip.
"""
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ECHO = 'read-greeting; send 0500; read-request; reply 0; echo'
SKIP = 77
TIMEOUT = 60


class Skip(Exception):
    pass


class Failure(Exception):
    pass


def scenario(source):
    keys = {}
    with open(source) as f:
        head = f.read().split('*/\n', 2)[1]
    for line in head.splitlines():
        m = re.fullmatch(r' \* ([a-z-]+):\s*(.*)', line)
        if m:
            keys.setdefault(m[1], []).append(m[2])
    return keys


def library(name, objects):
    """A shared object by its file name, of ours or of the system's."""
    for path in objects:
        if os.path.basename(path) == name:
            return os.path.abspath(path)
    out = subprocess.run(['/sbin/ldconfig', '-p'], capture_output=True,
                         text=True).stdout
    for line in out.splitlines():
        if line.split()[:1] == [name] and 'x86-64' in line:
            return line.split(' => ')[1]
    raise Skip(name + ' is not installed')


class Run:
    """One `run` line."""

    def __init__(self, line, objects):
        self.env, self.args, self.under, self.limit = {}, [], [], None
        for word in shlex.split(line):
            key, _, value = word.partition('=')
            if key == 'args':
                self.args = value.split(',')
            elif key == 'limit':
                soft, _, hard = value.partition(':')
                self.limit = (int(soft), int(hard or soft))
            elif key == 'preload':
                self.env['LD_PRELOAD'] = ':'.join(
                    library(name, objects) for name in value.split(','))
            elif key == 'under':
                self.under = [shutil.which(value)]
                if self.under == [None]:
                    raise Skip(value + ' is not installed')
                if value == 'valgrind':
                    self.under += ['-q', '--error-exitcode=9',
                                   '--leak-check=full']
            else:
                self.env[key] = value

    def set_limit(self):
        if self.limit:
            resource.setrlimit(resource.RLIMIT_NOFILE, self.limit)


def execute(argv, run, env, what):
    base = {k: v for k, v in os.environ.items()
            if 'proxy' not in k.lower() and 'SOCKS' not in k and
            k not in ('LD_PRELOAD', 'HOME', 'XDG_CONFIG_HOME')}
    base['PATH'] = '/usr/bin:/bin'  # all of it may be searched by all users
    p = subprocess.Popen(argv, env={**base, **env, **run.env},
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True,
                         start_new_session=True, preexec_fn=run.set_limit)
    try:
        out, err = p.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        out, err = p.communicate()
        raise Failure('%s: no end after %d s\n%s%s' %
                      (what, TIMEOUT, out, err)) from None
    if p.returncode == SKIP:
        raise Skip(out + err)
    if p.returncode != 0:
        raise Failure('%s: status %d\n%s%s' %
                      (what, p.returncode, out, err))
    return err


class Proxy:
    def __init__(self, fakesocks, keys, folder):
        self.kind = keys.get('proxy', [''])[0]
        self.log = os.path.join(folder, 'log')
        port = os.path.join(folder, 'port')
        host = '::1' if self.kind == '6' else '127.0.0.1'
        script = '\n'.join(keys.get('script', [ECHO]))
        self.process = subprocess.Popen(
            [fakesocks, '-a', host, '-P', port, '-l', self.log, script],
            start_new_session=True)
        end = time.monotonic() + 10
        while not os.path.exists(port):
            if self.process.poll() is not None or time.monotonic() > end:
                raise Failure('the proxy does not start')
            time.sleep(0.01)
        with open(port) as f:
            self.server = '%s:%s' % ('[::1]' if host == '::1' else host,
                                     f.read().strip())
        if self.kind == 'down':
            self.stop()

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def lines(self):
        with open(self.log) as f:
            return f.read().splitlines()

    def check(self, keys):
        """Its processes may be a moment behind the victim."""
        end = time.monotonic() + 2
        while True:
            lines = self.lines()
            fault = None
            for pattern in keys.get('log', []):
                if not any(re.search(pattern, line) for line in lines):
                    fault = 'not in the log: ' + pattern
            for value in keys.get('log-count', []):
                n, pattern = value.split(None, 1)
                found = sum(bool(re.search(pattern, line)) for line in lines)
                if found != int(n):
                    fault = '%d times in the log: %s' % (found, value)
            if not fault:
                return
            if time.monotonic() > end:
                raise Failure('\n'.join([fault] + lines))
            time.sleep(0.02)


def check_said(keys, err):
    # valgrind has its word on a system call that it does not know.
    lines = [line for line in err.splitlines()
             if not re.match(r'--\d+-- ', line)]
    for pattern in keys.get('says', []):
        if not any(re.fullmatch(pattern, line) for line in lines):
            raise Failure('not said: %s\n%s' % (pattern, err))
    if len(lines) != len(keys.get('says', [])):
        raise Failure('said without need:\n' + err)


def configuration(keys, folder):
    if 'config' not in keys:
        return ['--no-config']
    path = os.path.join(folder, 'config')
    with open(path, 'w') as f:
        f.write('\n'.join(keys['config']) + '\n')
    return ['-c', path]


def one_run(line, keys, paths, folder):
    launcher, fakesocks, objects, victim = paths
    run = Run(line, objects)
    proxy = Proxy(fakesocks, keys, folder)
    try:
        err = execute(
            [launcher, *configuration(keys, folder), '--loopback=proxy'] +
            shlex.split(' '.join(keys.get('options', []))) +
            run.under + [victim] + run.args,
            run, {'SOCKS_SERVER': proxy.server}, 'run ' + line)
        check_said(keys, err)
        proxy.check(keys)
    finally:
        proxy.stop()


def main():
    launcher, fakesocks, _, source, victim = map(os.path.abspath,
                                                 sys.argv[1:6])
    objects = sys.argv[6:]
    keys = scenario(source)
    ran, skipped = 0, []
    try:
        if 'native' in keys:
            execute([victim], Run('', objects), {}, 'without socksify')
        for line in keys.get('run', ['']):
            with tempfile.TemporaryDirectory() as folder:
                try:
                    one_run(line, keys,
                            (launcher, fakesocks, objects, victim), folder)
                    ran += 1
                except Skip as e:
                    skipped.append(str(e))
    except Skip as e:
        skipped.append(str(e))
    except Failure as e:
        sys.exit(str(e))
    if skipped:
        print('skipped:', *skipped)
    if ran == 0:
        sys.exit(SKIP)


main()
