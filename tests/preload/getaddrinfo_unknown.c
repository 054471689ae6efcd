/* SPDX-License-Identifier: MIT */
/*
 * A fake address that getaddrinfo(3) has not given: nobody's, refused; it is
 * never asked of the proxy as if it were real.
 * log-count: 0 request
 */
#include "victim.h"

int main(void)
{
	int fd = tcp_socket(), fd6 = socket(AF_INET6, SOCK_STREAM, 0);

	CHECK_FAILS(connect4(fd, "198.18.7.7", 80), EHOSTUNREACH);
	CHECK_FAILS(connect4(fd, "198.19.255.254", 80), EHOSTUNREACH);
	CHECK_FAILS(connect6(fd6, "::ffff:198.18.7.7", 80), EHOSTUNREACH);
	return 0;
}
