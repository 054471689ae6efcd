/* SPDX-License-Identifier: MIT */
/*
 * getpeername(2): what was asked for, with the kernel's manners.
 * log: request cmd=1 atyp=3 host=web\.test port=80$
 */
#include "victim.h"

#include <netdb.h>

static void manners(int fd)
{
	struct sockaddr_in want = ipv4(TARGET, PORT), got;
	socklen_t len = 6;

	memset(&got, 0xee, sizeof(got));
	CHECK(getpeername(fd, (void *)&got, &len) == 0);
	CHECK(len == sizeof(got) && memcmp(&got, &want, 6) == 0);
	CHECK(((unsigned char *)&got)[6] == 0xee);
	len = 0;
	CHECK(getpeername(fd, (void *)&got, &len) == 0);
	CHECK(len == sizeof(got));
	len = 500;
	errno = E2BIG;
	CHECK(getpeername(fd, (void *)&got, &len) == 0);
	CHECK(len == sizeof(got) && errno == E2BIG);
	len = (socklen_t)-1;
	CHECK_FAILS(getpeername(fd, (void *)&got, &len), EINVAL);
	len = sizeof(got);
	CHECK_FAILS(getpeername(fd, NULL, &len), EFAULT);
	CHECK_FAILS(getpeername(fd, (void *)&got, NULL), EFAULT);
	CHECK_FAILS(getpeername(fd, (void *)1, &len), EFAULT);
	CHECK_FAILS(getpeername(fd, (void *)&got, (void *)1), EFAULT);
}

static void others(void)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int pair[2];

	CHECK_FAILS(getpeername(-1, (void *)&ss, &len), EBADF);
	CHECK_FAILS(getpeername(-1, NULL, NULL), EBADF);
	CHECK_FAILS(getpeername(0, (void *)&ss, &len), ENOTSOCK);
	CHECK_FAILS(getpeername(tcp_socket(), (void *)&ss, &len), ENOTCONN);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	CHECK(getpeername(pair[0], (void *)&ss, &len) == 0);
	CHECK(ss.ss_family == AF_UNIX && len == 2);
}

/* Of a name: its address as getaddrinfo(3) gave it. */
static void named(void)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *ai;
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int fd = tcp_socket();

	CHECK(getaddrinfo("web.test", "80", &hints, &ai) == 0);
	CHECK(connect(fd, ai->ai_addr, ai->ai_addrlen) == 0);
	CHECK(getpeername(fd, (void *)&ss, &len) == 0);
	CHECK(len == ai->ai_addrlen && memcmp(&ss, ai->ai_addr, len) == 0);
	freeaddrinfo(ai);
}

int main(void)
{
	manners(connected());
	others();
	named();
	return 0;
}
