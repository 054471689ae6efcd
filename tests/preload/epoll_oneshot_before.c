/* SPDX-License-Identifier: MIT */
/*
 * EPOLLONESHOT that has fired before the connect does not fire again.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "epolling.h"

int main(void)
{
	struct sockaddr_in good = park(WELL);
	struct epoll_event e;
	int ep = epoll_create1(0);
	int a = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	CHECK(control(ep, EPOLL_CTL_ADD, a, EPOLLOUT | EPOLLONESHOT) == 0);
	await_event(ep, a, EPOLLOUT | EPOLLHUP);
	begin_on(a, &good);
	await_peer(a);
	CHECK(next_event(ep, 50, &e) == 0);
	return 0;
}
