#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: test_pty.py LAUNCHER [NAME]

A command behaves under the guard as it does without: to its shell, its
terminal, its parent and its children. Each scenario is typed into bash -i on
a terminal of its own, once plainly and once by way of the launcher, and has
to read the same. $W is the launcher, or nothing.
"""

import concurrent.futures
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import unittest

LAUNCHER = os.path.abspath(sys.argv.pop(1))
WRAP = LAUNCHER + ' -q -s 127.0.0.1:9 --no-config --guard=on'
PROMPT = '@> '
PATIENCE = 15


class Shell:
    def __init__(self, wrap):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            env = {'PATH': os.environ['PATH'], 'W': wrap, 'TERM': 'dumb',
                   'HISTFILE': '', 'LC_ALL': 'C', 'PS1': PROMPT,
                   'BASH_SILENCE_DEPRECATION_WARNING': '1'}
            os.chdir('/')
            os.closerange(3, 256)
            os.execve('/bin/bash', ['bash', '--norc', '--noprofile',
                                    '--noediting', '-i'], env)
        self.seen = ''
        self.at = 0

    def expect(self, pattern):
        """Read until it comes; what has come with it"""
        end = time.monotonic() + PATIENCE
        while True:
            found = re.compile(pattern).search(self.seen, self.at)
            if found:
                text = self.seen[self.at:found.end()]
                self.at = found.end()
                return text
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise AssertionError(f'no {pattern!r} in '
                                     f'{self.seen[self.at:]!r}')
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b''
            if not data:
                raise AssertionError(f'end before {pattern!r}: '
                                     f'{self.seen[self.at:]!r}')
            self.seen += data.decode(errors='replace')

    def type(self, text):
        if text and text < ' ': # a shell that is in vfork may miss a signal
            time.sleep(0.3)
        os.write(self.fd, text.encode())

    def close(self):
        os.close(self.fd)
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)


LINE = re.escape(PROMPT)

# Lines; or (what is typed, what then has to come). "\x03" is Ctrl-C ...
SCENARIOS = {
    'status': ['$W sh -c "exit 3"; echo $?', '$W true; echo $?'],
    'not_found': ['$W sh -c "exec /none" 2>/dev/null; echo $?'],
    'dies_term': ['$W sh -c \'kill -TERM $$\'; echo $?'],
    'dies_kill': ['$W sh -c \'kill -KILL $$\'; echo $?'],
    'dies_segv': ['ulimit -c 0; $W sh -c \'kill -SEGV $$\'; echo $?'],
    'dies_abrt': ['ulimit -c 0; $W sh -c \'kill -ABRT $$\'; echo $?'],
    'dies_pipe': ['$W sh -c \'kill -PIPE $$\'; echo $?'],
    'pipe_status': ['$W yes | head -1; echo ${PIPESTATUS[@]}'],
    'interrupt': [('$W sh -c "echo on; sleep 20"\n', r'\non'),
                  ('\x03', LINE), 'echo $?'],
    'interrupt_count': [
        ('$W bash -c \'trap "echo int" INT; echo on; sleep 1; sleep 1; '
         'echo off\'\n', r'\non'), ('\x03', r'\noff'), ('', LINE)],
    'quit': [('ulimit -c 0; $W sh -c "echo on; sleep 20"\n', r'\non'),
             ('\x1c', LINE), 'echo $?'],
    'stop_fg': [('$W sh -c "echo on; sleep 2; echo off"\n', r'\non'),
                ('\x1a', r'Stopped[^@]*' + LINE), 'jobs',
                ('fg\n', r'\noff'), ('', LINE), 'echo $?'],
    'stop_bg_twice': [('$W sh -c "echo on; sleep 2; echo off"\n', r'\non'),
                      ('\x1a', r'Stopped[^@]*' + LINE),
                      ('fg\n', 'sleep'), ('\x1a', r'Stopped[^@]*' + LINE),
                      ('fg\n', r'\noff'), ('', LINE), 'echo $?'],
    'stops_itself': ['$W sh -c \'kill -STOP $$; echo a; kill -TSTP $$; '
                     'echo b\'', ('fg\n', r'\na[^@]*' + LINE),
                     ('fg\n', r'\nb'), ('', LINE)],
    'suspend_inner': [('$W bash --norc --noprofile --noediting -i\n', LINE),
                      ('suspend\n', r'Stopped[^@]*' + LINE), 'echo outer',
                      ('fg\n', r'noediting -i\s+' + LINE),
                      ('exit 5\n', r'\nexit\s+' + LINE), 'echo $?'],
    'inner_jobs': [('$W bash --norc --noprofile --noediting -i\n', LINE),
                   ('sh -c "echo on; sleep 20"\n', r'\non'),
                   ('\x1a', r'Stopped[^@]*' + LINE), 'kill -9 %1; sleep 0.3',
                   'exit 4', 'echo $?'],
    'reads_in_background': ['$W sh -c \'read x; echo "got $x"\' & sleep 1',
                            'jobs', ('fg\n', 'read x'), ('hello\n', 'got'),
                            ('', LINE)],
    'kill_job': ['$W sh -c "trap \'echo one; exit 0\' TERM; sleep 20 & '
                 'wait" & sleep 0.5', 'kill %1; wait %1; echo $?'],
    'own_pid': ['$W sh -c \'echo $$ >/dev/shm/pty.$PPID; sleep 0.3\' & '
                'wait $!; [ $(cat /dev/shm/pty.$$) = $! ] && echo same; '
                'rm /dev/shm/pty.$$'],
    'parent': ['$W sh -c \'echo $PPID\' | grep -cx $$'],
    'kill_9': ['$W sleep 20 & sleep 0.5; kill -9 $!; wait $!; echo $?'],
    'stop_by_pid': ['$W sleep 20 & sleep 0.5; kill -STOP $!; sleep 0.2; '
                    'ps -o stat= -p $! | cut -c1', 'kill -9 $!; '
                    'sleep 0.3; echo done'],
    'setsid': ['$W setsid -w sh -c \'echo in\'; echo $?'],
    'session_leader': ['setsid -w $W sh -c \'[ $(ps -o sid= -p $$) = $$ ] '
                       '&& echo leader\''],
    'daemon_returns': ['$W sh -c \'sleep 2 >/dev/null 2>&1 </dev/null & '
                       'echo left\''],
    'pipe_ends': ['$W sh -c \'echo x; (sleep 2 >/dev/null) & \' | cat; '
                  'echo end'],
    'wait_any': ['$W bash -c \'wait; echo waited\'', '$W python3 -c \''
                 'import os\ntry: os.wait()\n'
                 'except ChildProcessError: print("no child")\''],
    'descriptors': ['$W ls /proc/self/fd | grep -c "^[0-9]$"'],
    'timeout': ['timeout 0.5 $W sleep 20; echo $?',
                '$W timeout 0.5 sleep 20; echo $?'],
    'signals': [f'$W bash -c \'trap "echo {s}; exit 0" {s}; echo $$; while :;'
                f' do sleep 0.1; done\' >/dev/shm/pty.$$ & sleep 0.5; '
                f'kill -{s} $!; wait $!; echo $?; tail -1 /dev/shm/pty.$$; rm /dev/shm/pty.$$'
                for s in ('TERM', 'HUP', 'USR1', 'WINCH', 'INT')],
    'nohup': ['nohup $W sh -c "echo x" 2>/dev/null </dev/null | cat'],
    'tty': ['$W tty | sed s/[0-9]*$//', '$W sh -c "echo x >/dev/tty"',
            '$W stty size'],
    'masks': ['$W grep -E "Sig(Blk|Ign|Cgt)" /proc/self/status'],
    'limits': ['$W sh -c "ulimit -n; umask; pwd"'],
    'substitution': ['echo $($W sh -c "echo inner; sleep 0.1 &")'],
}


def play(wrap, steps):
    shell = Shell(wrap)
    try:
        shell.expect(LINE)
        text = ''
        for step in steps:
            typed, then = (step + '\n', None) if isinstance(step, str) else step
            shell.type(typed)
            text += shell.expect(LINE if then is None else then)
        return re.sub(r'\d{3,}(?!\d*000)', 'N', text.replace('\r', ''))
    finally:
        shell.close()


class Pty(unittest.TestCase):
    maxDiff = None


def add(name, steps):
    def test(self):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            guarded, plain = pool.map(play, [WRAP, ''], [steps, steps])
        self.assertEqual(guarded, plain)
    setattr(Pty, 'test_' + name, test)


for item in SCENARIOS.items():
    add(*item)


def start(*command):
    """A guarded command, and its supervisor once that is there"""
    child = subprocess.Popen([*WRAP.split(), *command], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with open(f'/proc/{child.pid}/environ', 'rb') as f:
                run = re.search(rb'SOCKSIFY_RUN=\d+:(\d+)', f.read())
        except OSError:
            run = None
        if run and (pid := supervisor_of(int(run[1]))):
            return child, pid
        time.sleep(0.01)
    child.kill()
    raise AssertionError('no supervisor')


def is_alive(pid):
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii') as stat:
            return ') Z' not in stat.read()
    except OSError:
        return False


def supervisor_of(inode):
    """The process of that name which holds the run state"""
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/comm', encoding='utf-8') as comm:
                if comm.read() != 'socksify-guard\n' or not is_alive(pid):
                    continue
            for fd in os.listdir(f'/proc/{pid}/fd'):
                if os.stat(f'/proc/{pid}/fd/{fd}').st_ino == inode:
                    return int(pid)
        except OSError:
            pass
    return None


class Supervisor(unittest.TestCase):
    def test_leaves_with_the_last(self):
        child, pid = start('sh', '-c', 'sleep 1 >/dev/null & read x')
        child.communicate(b'\n')
        # The one in the background is still guarded.
        self.assertTrue(is_alive(pid))
        end = time.monotonic() + PATIENCE
        while is_alive(pid):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def test_is_detached(self):
        child, pid = start('cat')
        with child:
            pipes = {os.readlink(f'/proc/{child.pid}/fd/{fd}')
                     for fd in (0, 1)}
            held = {os.readlink(f'/proc/{pid}/fd/{fd}')
                    for fd in os.listdir(f'/proc/{pid}/fd')}
            self.assertEqual(pipes & held, set())
            self.assertEqual(os.readlink(f'/proc/{pid}/cwd'), '/')
            self.assertNotEqual(os.getsid(pid), os.getsid(0))
            with open(f'/proc/{pid}/cmdline', 'rb') as f:
                self.assertNotIn(b'cat', f.read())
            child.communicate(b'')

    def test_survives_signals(self):
        child, pid = start('cat')
        with child:
            for number in signal.SIGTERM, signal.SIGHUP, signal.SIGINT:
                os.kill(pid, number)
            time.sleep(0.1)
            self.assertTrue(is_alive(pid))
            child.communicate(b'')


if __name__ == '__main__':
    unittest.main()
