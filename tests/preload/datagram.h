/* SPDX-License-Identifier: MIT */
/*
 * What the victims with UDP sockets share. Their proxy's relay sends back what
 * it gets (fakesocks, relay). Where a victim runs natively first, an echo of its
 * own does so; under socksify that one complains of what gets there directly.
 */
#ifndef PRELOAD_DATAGRAM_H
#define PRELOAD_DATAGRAM_H

#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/uio.h>

#include "victim.h"

/* Victims that run at a time do better with a port of their own. */
#ifndef ECHO_PORT
#define ECHO_PORT 7007
#endif

static inline void echo(int fd, pid_t parent)
{
	bool proxied = getenv("SOCKSIFY_RUN") != NULL;
	static char buf[65536];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent) {
		struct sockaddr_in6 from; /* or sockaddr_in */
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, buf, sizeof(buf), 0, (void *)&from,
				     &len);

		if (proxied)
			dprintf(2, "it came directly: %.*s\n", (int)n, buf);
		else
			sendto(fd, buf, (size_t)n, 0, (void *)&from, len);
	}
	_exit(0);
}

/* An echo, in a process of its own that dies with this one. */
static inline void start_echo_at(const void *here, socklen_t len)
{
	const struct sockaddr *sa = here;
	pid_t parent = getpid();
	int fd = socket(sa->sa_family, SOCK_DGRAM, 0);

	/* Another victim may have it for a while. */
	for (int i = 0; bind(fd, sa, len) != 0; i++) {
		CHECK(errno == EADDRINUSE && i < 400);
		usleep(100000);
	}
	if (fork() == 0)
		echo(fd, parent);
	CHECK(close(fd) == 0);
}

static inline void start_echo(void)
{
	struct sockaddr_in here = ipv4(TARGET, ECHO_PORT);

	start_echo_at(&here, sizeof(here));
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

static inline int udp_socket6(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	CHECK(fd >= 0);
	set_patience(fd);
	return fd;
}

/* What comes next is this. */
static inline void expect_text(int fd, const char *text)
{
	char buf[2000];
	size_t n = strlen(text);

	CHECK(recv(fd, buf, sizeof(buf), 0) == (ssize_t)n);
	CHECK(memcmp(buf, text, n) == 0);
}

/* Nothing has come. */
static inline void expect_nothing(int fd)
{
	char buf[100];

	CHECK_FAILS(recv(fd, buf, sizeof(buf), MSG_DONTWAIT), EAGAIN);
}

static inline ssize_t send4(int fd, const char *text, const char *host,
			    uint16_t port)
{
	struct sockaddr_in to = ipv4(host, port);

	return sendto(fd, text, strlen(text), 0, (void *)&to, sizeof(to));
}

static inline ssize_t send6(int fd, const char *text, const char *host,
			    uint16_t port)
{
	struct sockaddr_in6 to = ipv6(host, port);

	return sendto(fd, text, strlen(text), 0, (void *)&to, sizeof(to));
}

/* ... and it comes from there. */
static inline void expect_from(int fd, const char *text, const char *host,
			       uint16_t port)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char buf[2000];
	size_t n = strlen(text);

	CHECK(recvfrom(fd, buf, sizeof(buf), 0, (void *)&from, &len) ==
	      (ssize_t)n);
	CHECK(memcmp(buf, text, n) == 0);
	check_from(&from, len, host, port);
}

static inline void expect_from6(int fd, const char *text, const char *host,
				uint16_t port)
{
	struct sockaddr_in6 from, want = ipv6(host, port);
	socklen_t len = sizeof(from);
	char buf[2000];
	size_t n = strlen(text);

	CHECK(recvfrom(fd, buf, sizeof(buf), 0, (void *)&from, &len) ==
	      (ssize_t)n);
	CHECK(memcmp(buf, text, n) == 0);
	CHECK(len == sizeof(from) && from.sin6_family == AF_INET6);
	CHECK(from.sin6_port == want.sin6_port);
	CHECK(memcmp(&from.sin6_addr, &want.sin6_addr, 16) == 0);
}

/* One datagram to TARGET and back. */
static inline void ask(int fd, const char *text)
{
	CHECK(send4(fd, text, TARGET, ECHO_PORT) == (ssize_t)strlen(text));
	expect_from(fd, text, TARGET, ECHO_PORT);
}

#endif
