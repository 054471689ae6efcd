/* SPDX-License-Identifier: MIT */
/*
 * getaddrinfo(3) of the machine's own names: answered here, not by the proxy.
 * log-count: 0 request
 */
#include "victim.h"

#include <netdb.h>

/* All addresses are the machine's own. */
static void own(const char *name, int family, int loopback)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM,
				 .ai_family = family };
	struct addrinfo *list, *ai;

	CHECK(getaddrinfo(name, "80", &want, &list) == 0);
	for (ai = list; ai != NULL; ai = ai->ai_next) {
		struct sockaddr_in *sin = (void *)ai->ai_addr;
		struct sockaddr_in6 *sin6 = (void *)ai->ai_addr;
		int fd = socket(ai->ai_family, SOCK_STREAM, 0);

		if (!loopback)
			sin->sin_port = 0;
		else if (ai->ai_family == AF_INET)
			CHECK(ntohl(sin->sin_addr.s_addr) >> 24 == 127);
		else
			CHECK(IN6_IS_ADDR_LOOPBACK(&sin6->sin6_addr));
		if (!loopback && fd >= 0)
			CHECK(bind(fd, ai->ai_addr, ai->ai_addrlen) == 0);
		close(fd);
	}
	freeaddrinfo(list);
}

int main(void)
{
	char name[256];

	own("localhost", AF_UNSPEC, 1);
	own("localhost", AF_INET, 1);
	own("LOCALHOST", AF_INET, 1);
	own("sub.localhost", AF_UNSPEC, 1);
	own("sub.localhost", AF_INET6, 1);
	own("localhost.", AF_INET, 1);
	CHECK(gethostname(name, sizeof(name)) == 0);
	own(name, AF_INET, 0);
	return 0;
}
