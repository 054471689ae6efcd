/* SPDX-License-Identifier: MIT */
/*
 * Calls that wait are cancellation points: recvfrom(2) with a relay and without,
 * sendto(2) that waits for one. What they held is free again.
 * script: read-greeting; delay 600; send 0500; read-request; relay
 * log-count: 0 no header
 */
#define ECHO_PORT 7054
#include "datagram.h"

#include <pthread.h>

static void *receive(void *fd)
{
	char buf[10];

	recvfrom(*(int *)fd, buf, sizeof(buf), 0, NULL, NULL);
	NOT_REACHED();
}

static void *transmit(void *fd)
{
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);

	sendto(*(int *)fd, "x", 1, 0, (void *)&to, sizeof(to));
	NOT_REACHED();
}

static void cancelled(void *(*f)(void *), int fd)
{
	pthread_t t;
	void *result;

	CHECK(pthread_create(&t, NULL, f, &fd) == 0);
	usleep(200000);
	CHECK(pthread_cancel(t) == 0);
	CHECK(pthread_join(t, &result) == 0);
	CHECK(result == PTHREAD_CANCELED);
}

int main(void)
{
	struct timeval never = { 0 };
	int fd = udp_socket(), slow = udp_socket();

	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &never, sizeof(never)) ==
	      0);
	cancelled(receive, fd);
	cancelled(transmit, fd);
	set_patience(fd);
	ask(fd, "alive");
	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &never, sizeof(never)) ==
	      0);
	cancelled(receive, fd);
	set_patience(fd);
	ask(fd, "alive");
	cancelled(transmit, slow);
	ask(slow, "alive");
	return 0;
}
