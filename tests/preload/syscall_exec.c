/* SPDX-License-Identifier: MIT */
/*
 * syscall(2) with the numbers of execve and execveat: the new program is
 * proxied; and fcntl's: nothing of ours is marked to be closed then.
 * log-count: 3 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "exec.h"

#include <sys/syscall.h>

int main(int argc, char **argv)
{
	const char *run = getenv("SOCKSIFY_RUN");

	if (is_child(argc, argv))
		return child();
	CHECK(run != NULL);
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (pid != 0) {
			check_child(pid);
			continue;
		}
		if (i == 2) {
			CHECK(syscall(SYS_fcntl, atoi(run), F_SETFD,
				      FD_CLOEXEC) == 0);
			CHECK(syscall(SYS_fcntl, atoi(run), F_GETFD) == 0);
		}
		if (i == 1)
			syscall(SYS_execveat, AT_FDCWD, SELF, child_argv,
				empty_env, 0);
		else
			syscall(SYS_execve, SELF, child_argv, empty_env);
		NOT_REACHED();
	}
	return 0;
}
