/* SPDX-License-Identifier: MIT */
/*
 * A child executes a program while its parent's connection is pending, and the
 * proxy takes longer than anybody would wait.
 * script: read-greeting; send 0500; read-request; delay 6500; reply 0; echo
 */
#include "pending.h"

int main(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	pid_t pid;

	CHECK_FAILS(connect4(fd, TARGET, PORT), EINPROGRESS);
	pid = fork();
	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(9);
	}
	check_child(pid);
	CHECK(poll(&p, 1, 10000) == 1 && p.revents == POLLOUT);
	CHECK(so_error(fd) == 0);
	return 0;
}
