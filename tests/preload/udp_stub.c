/* SPDX-License-Identifier: MIT */
/*
 * A name server that is never asked, at loopback or a private address, is
 * answered for: to connected sockets and others, of either family, waiting or
 * not. Nobody else is asked, and nobody else is heard.
 * options: --udp=block
 * log-count: 0 request
 */
#include "datagram.h"

#include <fcntl.h>

/* A query for web.test, type A */
static const unsigned char query[] =
	"\x12\x34\1\0\0\1\0\0\0\0\0\0\3web\4test\0\0\1\0\1";
#define QUERY_LEN ((ssize_t)sizeof(query) - 1)

static void check_answer(const unsigned char *answer, ssize_t n)
{
	CHECK(n == QUERY_LEN + 16);
	CHECK(answer[0] == 0x12 && answer[1] == 0x34 && answer[7] == 1);
	CHECK(answer[n - 4] == 198 && (answer[n - 3] & 0xfe) == 18);
}

static void unconnected(const char *server)
{
	struct sockaddr_in to = ipv4(server, 53), from;
	socklen_t len = sizeof(from);
	unsigned char buf[512];
	int fd = udp_socket();
	struct pollfd p = { .fd = fd, .events = POLLIN };

	CHECK(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
	CHECK(sendto(fd, query, (size_t)QUERY_LEN, 0, (void *)&to,
		     sizeof(to)) == QUERY_LEN);
	CHECK(poll(&p, 1, 1000) == 1);
	check_answer(buf, recvfrom(fd, buf, sizeof(buf), 0, (void *)&from,
				   &len));
	check_from(&from, len, server, 53);
	close(fd);
}

static void connected_to(int fd)
{
	unsigned char buf[512];

	set_patience(fd);
	CHECK(send(fd, query, (size_t)QUERY_LEN, 0) == QUERY_LEN);
	check_answer(buf, recv(fd, buf, sizeof(buf), 0));
	/* No query: no answer. */
	CHECK(send(fd, "nonsense", 8, 0) == 8);
	CHECK_FAILS(recv(fd, buf, sizeof(buf), MSG_DONTWAIT), EAGAIN);
}

int main(void)
{
	int fd = udp_socket(), fd6 = socket(AF_INET6, SOCK_DGRAM, 0);
	int only = socket(AF_INET6, SOCK_DGRAM, 0), on = 1;
	struct sockaddr_in6 six = ipv6("fd00::53", 53);

	unconnected("127.0.0.53");
	unconnected("10.1.2.3");
	CHECK(connect4(fd, "127.0.0.53", 53) == 0);
	check_peer(fd, "127.0.0.53", 53);
	connected_to(fd);
	CHECK(connect6(fd6, "::ffff:192.168.0.1", 53) == 0);
	connected_to(fd6);
	CHECK(setsockopt(only, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) ==
	      0);
	CHECK(sendto(only, query, (size_t)QUERY_LEN, 0, (void *)&six,
		     sizeof(six)) == QUERY_LEN);
	set_patience(only);
	CHECK(recv(only, (char[512]){ 0 }, 512, 0) == QUERY_LEN + 16);
	/* Other ports are no business of ours. */
	CHECK_FAILS(connect4(fd, "10.1.2.3", 5353), EACCES);
	return 0;
}
