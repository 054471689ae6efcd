/* SPDX-License-Identifier: MIT */
/*
 * connect(2) of a non-blocking socket with SO_RCVLOWAT set: epoll(7) does not
 * tell of the short answers of the proxy, which come all the same.
 * script: read-greeting; delay 100; send 0500; read-request; delay 100
 * script: reply 0; echo
 */
#include "pending.h"

int main(void)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	int fd = tcp_socket(), n = 1000;

	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &n, sizeof(n)) == 0);
	unblock(fd);
	begin_on(fd, &sin);
	await_peer(fd);
	n = 1;
	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &n, sizeof(n)) == 0);
	block(fd);
	talk(fd);
	return 0;
}
