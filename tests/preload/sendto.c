/* SPDX-License-Identifier: MIT */
/*
 * sendto(2): MSG_FASTOPEN is a connect, by way of the proxy; datagrams that
 * the proxy does not take are refused; the rest is the kernel's.
 * script: read-greeting; send 0500; read-request; reply 0; expect 'ping'
 * script: send 'pong'; echo; next
 * script: read-greeting; send 0500; read-request; reply 5; close; next
 * script: read-greeting; send 0500; read-request; reply 7; close
 * log: 1 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 * log: 2 request cmd=1 atyp=4 host=2001:db8::7 port=7$
 * log-count: 0 unexpected
 */
#include "victim.h"

static void fast_open(void)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	struct sockaddr_in6 sin6 = ipv6(TARGET6, PORT);
	int fd = tcp_socket(), fd6 = socket(AF_INET6, SOCK_STREAM, 0);
	char buf[4];

	CHECK_FAILS(sendto(fd, "x", 1, MSG_NOSIGNAL, (void *)&sin,
			   sizeof(sin)), EPIPE);
	CHECK(sendto(fd, "ping", 4, MSG_FASTOPEN, (void *)&sin,
		     sizeof(sin)) == 4);
	read_exactly(fd, buf, 4);
	CHECK(memcmp(buf, "pong", 4) == 0);
	check_peer(fd, TARGET, PORT);
	/* Connected: the address does not matter (tcp(7)). */
	talk(fd);
	CHECK_FAILS(sendto(fd, "ping", 4, MSG_FASTOPEN, (void *)&sin,
			   sizeof(sin)), EISCONN);
	CHECK_FAILS(sendto(fd6, "x", 1, MSG_FASTOPEN, (void *)&sin6,
			   sizeof(sin6)), ECONNREFUSED);
}

static void datagrams(void)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT), bad = sin;
	struct sockaddr_in6 sin6 = ipv6("::ffff:" TARGET, PORT);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int fd6 = socket(AF_INET6, SOCK_DGRAM, 0);

	CHECK_FAILS(sendto(fd, "x", 1, 0, (void *)&sin, sizeof(sin)),
		    ENETUNREACH);
	CHECK_FAILS(sendto(fd6, "x", 1, 0, (void *)&sin6, sizeof(sin6)),
		    ENETUNREACH);
	/* UDP takes AF_UNSPEC for AF_INET. */
	bad.sin_family = AF_UNSPEC;
	CHECK_FAILS(sendto(fd, "x", 1, 0, (void *)&bad, sizeof(bad)),
		    ENETUNREACH);
	CHECK_FAILS(sendto(fd, "x", 1, 0, (void *)&sin, 4), EINVAL);
	CHECK_FAILS(sendto(fd, "x", 1, 0, (void *)1, sizeof(sin)), EFAULT);
	CHECK_FAILS(sendto(fd, "x", 1, 0, NULL, 0), EDESTADDRREQ);
	CHECK_FAILS(sendto(-1, "x", 1, 0, (void *)&sin, sizeof(sin)), EBADF);
	CHECK_FAILS(sendto(0, "x", 1, 0, (void *)&sin, sizeof(sin)), ENOTSOCK);
}

static void local(void)
{
	int pair[2];
	char buf[4];

	CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
	errno = E2BIG;
	CHECK(sendto(pair[0], "abc", 3, 0, NULL, 0) == 3 && errno == E2BIG);
	CHECK(recv(pair[1], buf, 4, 0) == 3);
}

int main(void)
{
	fast_open();
	datagrams();
	local();
	return 0;
}
