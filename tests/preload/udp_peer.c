/* SPDX-License-Identifier: MIT */
/*
 * connect(2) of a UDP socket: who the peer is, where the socket is bound, other
 * peers later, others than the peer meanwhile, and none.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 2 request
 * log-count: 0 no header
 */
#define ECHO_PORT 7015
#include "datagram.h"

#define OTHER "127.1.2.4"

static void check_bound(int fd)
{
	struct sockaddr_in here = { 0 };
	socklen_t len = sizeof(here);

	CHECK(getsockname(fd, (void *)&here, &len) == 0);
	CHECK(len == sizeof(here) && here.sin_family == AF_INET);
	CHECK(here.sin_port != 0 && here.sin_addr.s_addr != 0);
}

static void names(int fd)
{
	struct sockaddr_in got;
	socklen_t len = 3;

	memset(&got, 0xff, sizeof(got));
	CHECK(getpeername(fd, (void *)&got, &len) == 0);
	CHECK(len == sizeof(got) && got.sin_family == AF_INET);
	CHECK(got.sin_addr.s_addr == 0xffffffff);
	len = (socklen_t)-1;
	CHECK_FAILS(getpeername(fd, (void *)&got, &len), EINVAL);
	len = sizeof(got);
	CHECK_FAILS(getpeername(fd, (void *)8, &len), EFAULT);
	CHECK_FAILS(getpeername(fd, (void *)&got, (void *)8), EFAULT);
}

static void others(int fd)
{
	/* To another than the peer, who is not heard here. */
	CHECK(send4(fd, "other", OTHER, ECHO_PORT) == 5);
	CHECK(send(fd, "peer", 4, 0) == 4);
	expect_from(fd, "peer", TARGET, ECHO_PORT);
	usleep(100000);
	expect_nothing(fd);
	check_peer(fd, TARGET, ECHO_PORT);

	CHECK(connect4(fd, OTHER, ECHO_PORT) == 0);
	check_peer(fd, OTHER, ECHO_PORT);
	CHECK(send(fd, "new", 3, 0) == 3);
	expect_from(fd, "new", OTHER, ECHO_PORT);
}

static void none(int fd)
{
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct sockaddr_in got;
	socklen_t len = sizeof(got);

	CHECK(connect(fd, &nobody, sizeof(nobody)) == 0);
	CHECK_FAILS(getpeername(fd, (void *)&got, &len), ENOTCONN);
	CHECK_FAILS(send(fd, "x", 1, 0), EDESTADDRREQ);
	ask(fd, "unconnected");
	CHECK(connect4(fd, TARGET, ECHO_PORT) == 0);
	CHECK(send(fd, "again", 5, 0) == 5);
	expect_from(fd, "again", TARGET, ECHO_PORT);
}

static void mapped(void)
{
	struct sockaddr_in6 got, want = ipv6("::ffff:" TARGET, ECHO_PORT);
	socklen_t len = sizeof(got);
	int fd = udp_socket6();

	CHECK(connect6(fd, "::ffff:" TARGET, ECHO_PORT) == 0);
	CHECK(getpeername(fd, (void *)&got, &len) == 0);
	CHECK(len == sizeof(got) && got.sin6_family == AF_INET6);
	CHECK(got.sin6_port == want.sin6_port);
	CHECK(memcmp(&got.sin6_addr, &want.sin6_addr, 16) == 0);
	CHECK(send(fd, "six", 3, 0) == 3);
	expect_from6(fd, "six", "::ffff:" TARGET, ECHO_PORT);
	CHECK(getsockname(fd, (void *)&got, &len) == 0);
	CHECK(got.sin6_family == AF_INET6 && got.sin6_port != 0);
}

int main(void)
{
	struct sockaddr_in other = ipv4(OTHER, ECHO_PORT);
	int fd;

	start_echo();
	start_echo_at(&other, sizeof(other));
	fd = udp_socket();
	CHECK(connect4(fd, TARGET, ECHO_PORT) == 0);
	check_bound(fd);
	check_peer(fd, TARGET, ECHO_PORT);
	names(fd);
	others(fd);
	none(fd);
	mapped();
	return 0;
}
