/* SPDX-License-Identifier: MIT */
/*
 * connect(2) of UDP: refused, whatever is sent then goes nowhere.
 * log-count: 0 request
 */
#include "victim.h"

int main(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int fd6 = socket(AF_INET6, SOCK_DGRAM, 0);

	CHECK_FAILS(connect4(fd, TARGET, PORT), ENETUNREACH);
	CHECK_FAILS(connect4(fd, "127.0.0.53", 53), ENETUNREACH);
	CHECK_FAILS(connect4(fd, "224.0.0.1", PORT), ENETUNREACH);
	CHECK_FAILS(connect4(fd, "255.255.255.255", PORT), ENETUNREACH);
	CHECK_FAILS(send(fd, "x", 1, 0), EDESTADDRREQ);
	CHECK_FAILS(connect6(fd6, TARGET6, PORT), ENETUNREACH);
	CHECK_FAILS(connect6(fd6, "::ffff:127.1.2.3", PORT), ENETUNREACH);
	CHECK_FAILS(send(fd6, "x", 1, 0), EDESTADDRREQ);
	return 0;
}
