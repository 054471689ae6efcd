/* SPDX-License-Identifier: MIT */
/*
 * connect(2) to a proxy that has only an IPv6 address: AF_INET6 sockets reach
 * it, for an IPv4 target too; an AF_INET socket cannot.
 * proxy: 6
 * log: request cmd=1 atyp=4 host=2001:db8::7 port=7$
 * log: request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 * log-count: 2 request
 */
#include "victim.h"

int main(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	CHECK(connect6(fd, TARGET6, PORT) == 0);
	talk(fd);
	close(fd);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	CHECK(connect6(fd, "::ffff:" TARGET, PORT) == 0);
	talk(fd);
	close(fd);
	CHECK_FAILS(connect4(tcp_socket(), TARGET, PORT), ENETUNREACH);
	return 0;
}
