/* SPDX-License-Identifier: MIT */
/*
 * connect(2) by an IPv4 proxy: IPV6_V6ONLY gives way, a bound socket has no
 * way there: ENETUNREACH, not a connection past it.
 * log-count: 1 request
 */
#include "victim.h"

int main(void)
{
	struct sockaddr_in6 loopback = ipv6("::1", 0);
	int fd = socket(AF_INET6, SOCK_STREAM, 0), on = 1;

	CHECK(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0);
	CHECK(connect6(fd, TARGET6, PORT) == 0);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	CHECK(bind(fd, (void *)&loopback, sizeof(loopback)) == 0);
	CHECK_FAILS(connect6(fd, TARGET6, PORT), ENETUNREACH);
	return 0;
}
