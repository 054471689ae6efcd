/* SPDX-License-Identifier: MIT */
/*
 * connect(2) with SO_RCVLOWAT set: poll(2) does not tell of the short answers
 * of the proxy, which come all the same.
 * script: read-greeting; delay 100; send 0500; read-request; delay 100
 * script: reply 0; echo
 */
#include "victim.h"

int main(void)
{
	int fd = tcp_socket(), n = 1000, got;
	socklen_t len = sizeof(got);
	long start = now_ms();

	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &n, sizeof(n)) == 0);
	CHECK(connect4(fd, TARGET, PORT) == 0);
	CHECK(now_ms() - start < 3000);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &got, &len) == 0);
	CHECK(got == 1000);
	n = 1;
	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &n, sizeof(n)) == 0);
	talk(fd);
	return 0;
}
