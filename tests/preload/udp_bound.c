/* SPDX-License-Identifier: MIT */
/*
 * Sockets that are bound: to a port, to everything, to the address by which the
 * relay is reached; one that cannot get there says so and sends nothing.
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 0 data=never
 * log-count: 0 no header
 */
#define ECHO_PORT 7046
#include "datagram.h"

#include <ifaddrs.h>
#include <net/if.h>

static uint16_t port_of(int fd)
{
	struct sockaddr_in6 sin6; /* or sockaddr_in */
	socklen_t len = sizeof(sin6);

	CHECK(getsockname(fd, (void *)&sin6, &len) == 0);
	return ntohs(sin6.sin6_port);
}

static void bound(const char *host)
{
	struct sockaddr_in here = ipv4(host, 0);
	int fd = udp_socket();
	uint16_t port;

	CHECK(bind(fd, (void *)&here, sizeof(here)) == 0);
	port = port_of(fd);
	ask(fd, "unconnected");
	CHECK(port_of(fd) == port);
	CHECK(connect4(fd, TARGET, ECHO_PORT) == 0);
	CHECK(send(fd, "connected", 9, 0) == 9);
	expect_text(fd, "connected");
	CHECK(port_of(fd) == port);
	CHECK(close(fd) == 0);
}

static void bound6(const char *host)
{
	struct sockaddr_in6 here = ipv6(host, 0);
	int fd = udp_socket6();
	uint16_t port;

	CHECK(bind(fd, (void *)&here, sizeof(here)) == 0);
	port = port_of(fd);
	CHECK(send6(fd, "six", TARGET6, ECHO_PORT) == 3);
	expect_from6(fd, "six", TARGET6, ECHO_PORT);
	CHECK(port_of(fd) == port);
	CHECK(close(fd) == 0);
}

/* The relay, at 127.0.0.1, is reached from no IPv6 address. */
static void bound_elsewhere(void)
{
	struct sockaddr_in6 here = ipv6("::1", 0), to = ipv6(TARGET6, ECHO_PORT);
	int fd = udp_socket6();

	CHECK(bind(fd, (void *)&here, sizeof(here)) == 0);
	CHECK_FAILS(send6(fd, "never", TARGET6, ECHO_PORT), ENETUNREACH);
	CHECK_FAILS(connect(fd, (void *)&to, sizeof(to)), ENETUNREACH);
	CHECK(close(fd) == 0);
}

/* Nothing comes out of another device: it would be lost without a word. */
static void bound_to_device(void)
{
	struct ifaddrs *list, *i;
	int fd = udp_socket();
	const char *name = NULL;

	CHECK(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) == 0);
	ask(fd, "by loopback");
	CHECK(close(fd) == 0);
	CHECK(getifaddrs(&list) == 0);
	for (i = list; i; i = i->ifa_next)
		if ((i->ifa_flags & IFF_LOOPBACK) == 0 &&
		    (i->ifa_flags & IFF_UP) != 0)
			name = i->ifa_name;
	fd = udp_socket();
	if (name && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name,
			       (socklen_t)strlen(name) + 1) == 0) {
		errno = 0;
		CHECK(send4(fd, "never", TARGET, ECHO_PORT) == -1);
		CHECK(errno == ENETUNREACH || errno == EINVAL);
	}
	freeifaddrs(list);
}

int main(void)
{
	bound("0.0.0.0");
	bound("127.0.0.1");
	bound("127.9.9.9");
	bound6("::");
	bound6("::ffff:127.0.0.1");
	bound_elsewhere();
	bound_to_device();
	return 0;
}
