/* SPDX-License-Identifier: MIT */
/*
 * connect(2) of a non-blocking IPV6_V6ONLY socket that the proxy refuses: it
 * looks like any other that was refused.
 * proxy: 6
 * script: read-greeting; send 0500; read-request; delay 300; reply 5; close
 */
#include "pending.h"

int main(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
	struct sockaddr_in6 sin6 = ipv6(TARGET6, PORT);
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP };

	CHECK(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0);
	CHECK_FAILS(connect(fd, (struct sockaddr *)&sin6, sizeof(sin6)),
		    EINPROGRESS);
	CHECK(poll(&p, 1, ENDED_MS) == 1);
	CHECK(p.revents == (POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP));
	CHECK(so_error(fd) == ECONNREFUSED);
	CHECK(so_error(fd) == 0);
	return 0;
}
