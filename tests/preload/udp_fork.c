/* SPDX-License-Identifier: MIT */
/*
 * Parent and child on one socket: before there is a relay, and while it is
 * asked for.
 * script: read-greeting; delay 100; send 0500; read-request; delay 100; relay
 * log-count: 2 request cmd=3
 * log-count: 0 no header
 */
#define ECHO_PORT 7034
#include "datagram.h"

/* The child asks for the relay of a socket that its parent made. */
static void child_first(void)
{
	int fd = udp_socket();
	pid_t pid = fork();

	if (pid == 0) {
		ask(fd, "child");
		_exit(0);
	}
	check_child(pid);
}

/* What the parent has queued is sent once. */
static void while_pending(void)
{
	int fd = udp_socket();
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);
	pid_t pid;

	CHECK(sendto(fd, "queued", 6, MSG_DONTWAIT, (void *)&to,
		     sizeof(to)) == 6);
	pid = fork();
	if (pid == 0) {
		usleep(400000);
		_exit(0);
	}
	expect_from(fd, "queued", TARGET, ECHO_PORT);
	ask(fd, "parent");
	check_child(pid);
	expect_nothing(fd);
}

int main(void)
{
	child_first();
	while_pending();
	return 0;
}
