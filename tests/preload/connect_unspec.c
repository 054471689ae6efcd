/* SPDX-License-Identifier: MIT */
/*
 * connect(2) to AF_UNSPEC takes a proxied connection apart; the socket can
 * then be connected anew.
 * log: 2 request cmd=1 atyp=1 host=127\.1\.2\.4 port=7$
 */
#include "victim.h"

int main(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	int fd = connected();

	CHECK(connect(fd, &none, sizeof(none)) == 0);
	CHECK_FAILS(getpeername(fd, (void *)&sin, &len), ENOTCONN);
	/* The kernel tells once what it has done to the connection. */
	CHECK_FAILS(send(fd, "x", 1, MSG_NOSIGNAL), ECONNRESET);
	CHECK_FAILS(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK(connect4(fd, "127.1.2.4", PORT) == 0);
	check_peer(fd, "127.1.2.4", PORT);
	talk(fd);
	return 0;
}
