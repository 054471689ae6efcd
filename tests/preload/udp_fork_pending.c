/* SPDX-License-Identifier: MIT */
/*
 * A child that waits for the answer to what its parent has sent before there
 * was a relay.
 * script: read-greeting; delay 200; send 0500; read-request; delay 200; relay
 * log-count: 1 request cmd=3
 * log-count: 0 no header
 */
#define ECHO_PORT 7052
#include "datagram.h"

int main(void)
{
	int fd = udp_socket();
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);
	pid_t pid;

	CHECK(sendto(fd, "queued", 6, MSG_DONTWAIT, (void *)&to,
		     sizeof(to)) == 6);
	pid = fork();
	if (pid == 0) {
		expect_from(fd, "queued", TARGET, ECHO_PORT);
		_exit(0);
	}
	check_child(pid);
	ask(fd, "parent");
	return 0;
}
