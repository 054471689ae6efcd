/* SPDX-License-Identifier: MIT */
/*
 * bind(2) is the kernel's, errors and all; a socket that is bound to a port
 * keeps IPV6_V6ONLY.
 * native: yes
 * log-count: 0 request
 */
#include "victim.h"

static int v6only(int fd)
{
	int on = 9;
	socklen_t len = sizeof(on);

	CHECK(getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, &len) == 0);
	return on;
}

int main(void)
{
	struct sockaddr_in6 any = ipv6("::", 0), local = ipv6("::1", 0);
	struct sockaddr_in sin = ipv4("127.0.0.1", 0);
	socklen_t len = sizeof(any);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), on = 1;
	int other = socket(AF_INET6, SOCK_DGRAM, 0);

	CHECK_FAILS(bind(-1, (void *)&any, sizeof(any)), EBADF);
	CHECK_FAILS(bind(fd, (void *)1, sizeof(any)), EFAULT);
	CHECK_FAILS(bind(fd, (void *)&any, 2), EINVAL);
	CHECK_FAILS(bind(fd, (void *)&sin, sizeof(sin)), EINVAL);
	CHECK(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0);
	CHECK(bind(fd, (void *)&local, sizeof(local)) == 0);
	CHECK(v6only(fd) == 1);
	CHECK_FAILS(bind(fd, (void *)&any, sizeof(any)), EINVAL);
	CHECK(getsockname(fd, (void *)&local, &len) == 0);
	CHECK(setsockopt(other, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0);
	any.sin6_port = local.sin6_port;
	CHECK_FAILS(bind(other, (void *)&any, sizeof(any)), EADDRINUSE);
	CHECK(v6only(other) == 1);
	return 0;
}
