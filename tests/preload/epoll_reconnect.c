/* SPDX-License-Identifier: MIT */
/*
 * A socket that has been connected, disconnected (AF_UNSPEC) and connected anew
 * is registered all the while.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "epolling.h"

int main(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_in good = park(WELL);
	struct epoll_event e;
	int ep = epoll_create1(0), fd = begin(&good);

	CHECK(control(ep, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	await_event(ep, fd, EPOLLOUT);
	CHECK(connect(fd, &none, sizeof(none)) == 0);
	so_error(fd);
	good = park(WELL);
	begin_on(fd, &good);
	CHECK(next_event(ep, 100, &e) == 0);
	await_event(ep, fd, EPOLLOUT);
	block(fd);
	talk(fd);
	return 0;
}
