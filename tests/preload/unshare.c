/* SPDX-License-Identifier: MIT */
/*
 * unshare(2) of what only a process of one thread may, right after a pending
 * connect has come to its end; and setns(2) with it.
 * script: read-greeting; send 0500; read-request; delay 20; reply 0; echo
 */
#include "pending.h"

#include <sched.h>

int main(void)
{
	pid_t pid;

	CHECK_FAILS(unshare(0x1), EINVAL);
	CHECK(unshare(0) == 0 && unshare(CLONE_FS) == 0);
	pid = fork();
	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER) == 0 ? 0 : EXIT_SKIP);
	{
		int status;

		CHECK(waitpid(pid, &status, 0) == pid);
		if (!WIFEXITED(status) || WEXITSTATUS(status) == EXIT_SKIP)
			return EXIT_SKIP; /* forbidden here */
		CHECK(WEXITSTATUS(status) == 0);
	}
	for (int i = 0; i < 30; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

		CHECK_FAILS(connect4(fd, TARGET, PORT), EINPROGRESS);
		await_peer(fd);
		pid = fork();
		if (pid == 0) {
			/* A child of one that has a thread of ours. */
			int own = socket(AF_INET,
					 SOCK_STREAM | SOCK_NONBLOCK, 0);

			CHECK_FAILS(connect4(own, TARGET, PORT), EINPROGRESS);
			await_peer(own);
			CHECK(unshare(CLONE_NEWUSER) == 0);
			_exit(0);
		}
		close(fd);
		check_child(pid);
	}
	return 0;
}
