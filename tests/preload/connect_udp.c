/* SPDX-License-Identifier: MIT */
/*
 * connect(2) of UDP asks the proxy for nothing; what it refuses at the first
 * send, goes nowhere.
 * script: read-greeting; send 0500; read-request; reply 7; close
 * log-count: 2 request cmd=3
 * log-count: 2 request
 */
#include "victim.h"

int main(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int fd6 = socket(AF_INET6, SOCK_DGRAM, 0);

	CHECK_FAILS(connect4(fd, "224.0.0.1", PORT), ENETUNREACH);
	CHECK_FAILS(connect4(fd, "255.255.255.255", PORT), ENETUNREACH);
	CHECK_FAILS(send(fd, "x", 1, 0), EDESTADDRREQ);
	CHECK_FAILS(send(fd6, "x", 1, 0), EDESTADDRREQ);
	CHECK(connect4(fd, TARGET, PORT) == 0);
	check_peer(fd, TARGET, PORT);
	CHECK_FAILS(send(fd, "x", 1, 0), ENETUNREACH);
	CHECK_FAILS(write(fd, "x", 1), ENETUNREACH);
	CHECK(connect6(fd6, TARGET6, PORT) == 0);
	CHECK(connect6(fd6, "::ffff:127.1.2.3", PORT) == 0);
	CHECK_FAILS(send(fd6, "x", 1, 0), ENETUNREACH);
	return 0;
}
