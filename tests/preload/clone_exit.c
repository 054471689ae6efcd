/* SPDX-License-Identifier: MIT */
/*
 * A child of clone(2) on its parent's memory, whose thread-local storage is
 * nothing but zeroes, leaves by _exit(2): so Chromium's zygote drops its file
 * system.
 */
#include <sched.h>
#include <sys/wait.h>

#include "victim.h"

static int leave(void *unused)
{
	(void)unused;
	_exit(7);
}

int main(void)
{
	static _Alignas(64) char stack[65536], storage[65536];
	int status;
	pid_t pid = clone(leave, stack + sizeof(stack),
			  CLONE_VM | CLONE_VFORK | CLONE_SETTLS | SIGCHLD, NULL,
			  NULL, storage + sizeof(storage) / 2);

	CHECK(pid > 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	return 0;
}
