/* SPDX-License-Identifier: MIT */
/*
 * What the victims with UDP sockets share. Their proxy's relay sends back what
 * it gets (fakesocks, relay). Where a victim runs natively first, an echo of its
 * own does so; nobody talks to that one under socksify.
 */
#ifndef PRELOAD_DATAGRAM_H
#define PRELOAD_DATAGRAM_H

#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/uio.h>

#include "victim.h"

#define ECHO_PORT 7007

/* An echo at TARGET, in a process of its own that dies with this one. */
static inline void start_echo(void)
{
	struct sockaddr_in here = ipv4(TARGET, ECHO_PORT);
	static char buf[65536];
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	/* Another victim may have it for a while. */
	for (int i = 0; bind(fd, (void *)&here, sizeof(here)) != 0; i++) {
		CHECK(errno == EADDRINUSE && i < 400);
		usleep(100000);
	}
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			struct sockaddr_in from;
			socklen_t len = sizeof(from);
			ssize_t n = recvfrom(fd, buf, sizeof(buf), 0,
					     (void *)&from, &len);

			sendto(fd, buf, (size_t)n, 0, (void *)&from, len);
		}
	}
	CHECK(close(fd) == 0);
}

/* Nothing here may wait for ever. */
static inline void set_patience(int fd)
{
	struct timeval two = { 2, 0 };

	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &two, sizeof(two)) == 0);
}

static inline int udp_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	CHECK(fd >= 0);
	set_patience(fd);
	return fd;
}

static inline int udp_connected(void)
{
	int fd = udp_socket();

	CHECK(connect4(fd, TARGET, ECHO_PORT) == 0);
	return fd;
}

static inline void check_from(const struct sockaddr_in *from, socklen_t len,
			      const char *text, uint16_t port)
{
	struct sockaddr_in want = ipv4(text, port);

	CHECK(len == sizeof(*from) && from->sin_family == AF_INET);
	CHECK(from->sin_port == want.sin_port);
	CHECK(from->sin_addr.s_addr == want.sin_addr.s_addr);
}

/* One datagram to TARGET and back. */
static inline void ask(int fd, const char *text)
{
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT), from;
	socklen_t len = sizeof(from);
	size_t n = strlen(text);
	char buf[100];

	CHECK(sendto(fd, text, n, 0, (void *)&to, sizeof(to)) == (ssize_t)n);
	CHECK(recvfrom(fd, buf, sizeof(buf), 0, (void *)&from, &len) ==
	      (ssize_t)n);
	CHECK(memcmp(buf, text, n) == 0);
	check_from(&from, len, TARGET, ECHO_PORT);
}

#endif
