/* SPDX-License-Identifier: MIT */
/*
 * Count what a program does: user instructions, by single steps, and system
 * calls. Exact and repeatable; slow.
 *
 *	count COMMAND...          from its exec to its exit
 *	count -m COMMAND...       between two marks that the program sets:
 *	                          syscall(MARK_BEGIN), syscall(MARK_END)
 *	count -n EXECS COMMAND... begin at its EXECSth exec (the launcher's
 *	                          command is its second)
 *
 * Prints "instructions system-calls". Only the first process is counted.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "marks.h"

static bool is_syscall(pid_t pid, unsigned long rip)
{
	long word = ptrace(PTRACE_PEEKTEXT, pid, rip, 0);

	return (word & 0xffff) == 0x050f;
}

int main(int argc, char **argv)
{
	long instructions = 0, calls = 0;
	bool marked = false, counting;
	int execs = 1, status, i = 1;
	struct user_regs_struct regs;
	pid_t pid;

	if (i < argc && strcmp(argv[i], "-m") == 0) {
		marked = true;
		i++;
	} else if (i + 1 < argc && strcmp(argv[i], "-n") == 0) {
		execs = atoi(argv[i + 1]);
		i += 2;
	}
	if (i >= argc) {
		fprintf(stderr, "usage: count [-m | -n EXECS] COMMAND...\n");
		return 2;
	}
	pid = fork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execvp(argv[i], argv + i);
		_exit(127);
	}
	counting = !marked && execs == 1;
	if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
		return 1;
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXEC);
	for (;;) {
		int sig = 0;
		bool call;

		if (ptrace(PTRACE_GETREGS, pid, 0, &regs) < 0)
			break;
		call = is_syscall(pid, regs.rip);
		if (call && marked && regs.rax == MARK_BEGIN)
			counting = true;
		else if (call && marked && regs.rax == MARK_END)
			counting = false;
		else if (counting) {
			instructions++;
			calls += call;
		}
		if (WSTOPSIG(status) != SIGTRAP)
			sig = WSTOPSIG(status);
		if (ptrace(PTRACE_SINGLESTEP, pid, 0, sig) < 0)
			break;
		if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
			break;
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8) &&
		    !marked && --execs == 1)
			counting = true;
	}
	printf("%ld %ld\n", instructions, calls);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
