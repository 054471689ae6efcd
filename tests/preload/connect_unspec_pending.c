/* SPDX-License-Identifier: MIT */
/*
 * connect(2) to AF_UNSPEC gives a pending connection up; the socket can be
 * connected anew.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

int main(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_in good = park(WELL);
	struct pollfd p = { .events = POLLIN | POLLOUT };
	int fd = begin(&good);

	CHECK(connect(fd, &none, sizeof(none)) == 0);
	p.fd = fd;
	CHECK(poll(&p, 1, 0) == 1);
	CHECK(p.revents == (POLLOUT | POLLERR | POLLHUP));
	CHECK(so_error(fd) == ECONNRESET);
	CHECK(so_error(fd) == 0);
	begin_on(fd, &good);
	CHECK(poll(&p, 1, 50) == 0);
	await_peer(fd);
	block(fd);
	talk(fd);
	return 0;
}
