/* SPDX-License-Identifier: MIT */
/*
 * Who has begun the connection exits, as a daemon's parent does; the child learns
 * how it ends.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "epolling.h"

int main(void)
{
	struct sockaddr_in good = park(WELL);
	int ends[2], ep = epoll_create1(0);
	struct epoll_event e;
	pid_t pid;
	char c;

	CHECK(pipe(ends) == 0);
	pid = fork();
	if (pid == 0) {
		int fd = begin(&good);

		if (fork() != 0)
			_exit(0);
		close(ends[0]);
		CHECK(control(ep, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
		CHECK(next_event(ep, ENDED_MS, &e) == 1);
		await_end(fd);
		/* Established, or given up: but it comes to an end. */
		if (so_error(fd) == 0) {
			block(fd);
			talk(fd);
		}
		CHECK(write(ends[1], "y", 1) == 1);
		_exit(0);
	}
	close(ends[1]);
	check_child(pid);
	CHECK(read(ends[0], &c, 1) == 1);
	return 0;
}
