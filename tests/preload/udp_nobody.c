/* SPDX-License-Identifier: MIT */
/*
 * Addresses that are none: on a socket that is connected they mean the peer.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 2 request
 * log-count: 0 no header
 * log-count: 4 datagram .* port=7058 length=4 data=peer
 */
#define ECHO_PORT 7058
#include "datagram.h"

static ssize_t to(int fd, const char *text, const void *addr, socklen_t len)
{
	return sendto(fd, text, strlen(text), 0, addr, len);
}

/* sendmsg(2) with an address of no length has none; sendto(2) refuses it. */
static void of_no_length(int fd, const void *addr)
{
	struct iovec iov = { "peer", 4 };
	struct msghdr msg = { .msg_name = (void *)(uintptr_t)addr,
			      .msg_iov = &iov, .msg_iovlen = 1 };

	CHECK(sendmsg(fd, &msg, 0) == 4);
	expect_text(fd, "peer");
	CHECK_FAILS(to(fd, "x", addr, 0), EINVAL);
}

int main(void)
{
	struct sockaddr_in sin = ipv4(TARGET, ECHO_PORT);
	struct sockaddr_in6 sin6 = ipv6("::1", ECHO_PORT);
	struct sockaddr other = { .sa_family = AF_UNSPEC };
	int fd, fd6;

	start_echo();
	start_echo_at(&sin6, sizeof(sin6));
	fd = udp_connected();
	CHECK(send(fd, "first", 5, 0) == 5);
	expect_text(fd, "first");
	of_no_length(fd, &sin);
	of_no_length(fd, (void *)8);
	CHECK_FAILS(to(fd, "x", &sin, 1), EINVAL);
	fd6 = udp_socket6();
	CHECK(connect(fd6, (void *)&sin6, sizeof(sin6)) == 0);
	/* AF_UNSPEC is nobody for IPv6. */
	CHECK(to(fd6, "peer", &other, sizeof(other)) == 4);
	expect_text(fd6, "peer");
	of_no_length(fd6, &sin6);
	expect_nothing(fd6);
	return 0;
}
