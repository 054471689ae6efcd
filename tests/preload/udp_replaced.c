/* SPDX-License-Identifier: MIT */
/*
 * A child replaces a relay that is gone: its parent, who waits for datagrams on
 * the socket that they share, hears those of the new one,
 * and has another when the child has taken that along.
 * script: read-greeting; send 0500; read-request; relay lose=2; next
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 3 request cmd=3
 * log-count: 0 no header
 */
#define ECHO_PORT 7040
#include "datagram.h"

int main(void)
{
	int fd = udp_connected();
	pid_t pid;

	CHECK(send(fd, "one", 3, 0) == 3);
	expect_text(fd, "one");
	CHECK(send(fd, "two", 3, 0) == 3);
	expect_text(fd, "two");
	pid = fork();
	if (pid == 0) {
		usleep(1200000);
		CHECK(send(fd, "three", 5, 0) == 5);
		_exit(0);
	}
	expect_text(fd, "three");
	check_child(pid);
	CHECK(send(fd, "four", 4, 0) == 4);
	expect_text(fd, "four");
	return 0;
}
