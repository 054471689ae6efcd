/* SPDX-License-Identifier: MIT */
/*
 * An epoll instance that is closed while a socket in it is pending: its number
 * may mean another one then. A socket that is closed: so may its number.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "epolling.h"

int main(void)
{
	struct sockaddr_in good = park(WELL);
	struct epoll_event e;
	int ep = epoll_create1(0), again, a, b, c;

	a = begin(&good);
	b = begin(&good);
	CHECK(control(ep, EPOLL_CTL_ADD, a, EPOLLOUT) == 0);
	CHECK(close(ep) == 0);
	again = epoll_create1(0);
	CHECK(again == ep);
	CHECK(control(again, EPOLL_CTL_ADD, b, EPOLLOUT) == 0);
	CHECK(close(b) == 0);
	c = begin(&good);
	CHECK(c == b);
	CHECK_FAILS(control(again, EPOLL_CTL_MOD, c, EPOLLIN), ENOENT);
	await_peer(a);
	await_peer(c);
	CHECK(next_event(again, 50, &e) == 0);
	CHECK(control(again, EPOLL_CTL_ADD, c, EPOLLOUT) == 0);
	await_event(again, c, EPOLLOUT);
	return 0;
}
