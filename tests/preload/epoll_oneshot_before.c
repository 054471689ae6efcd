/* SPDX-License-Identifier: MIT */
/*
 * EPOLLONESHOT that has fired before the connect does not fire again, unless it
 * is armed anew.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "epolling.h"

static int fired(int ep)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	CHECK(control(ep, EPOLL_CTL_ADD, fd, EPOLLOUT | EPOLLONESHOT) == 0);
	await_event(ep, fd, EPOLLOUT | EPOLLHUP);
	return fd;
}

int main(void)
{
	struct sockaddr_in good = park(WELL);
	struct epoll_event e;
	int ep = epoll_create1(0), a = fired(ep), b = fired(ep), c = fired(ep);

	begin_on(a, &good);
	begin_on(b, &good);
	begin_on(c, &good);
	CHECK_FAILS(control(ep, EPOLL_CTL_ADD, a, EPOLLOUT), EEXIST);
	CHECK(control(ep, EPOLL_CTL_MOD, b, EPOLLOUT | EPOLLONESHOT) == 0);
	CHECK(control(ep, EPOLL_CTL_MOD, c, EPOLLOUT) == 0);
	CHECK(control(ep, EPOLL_CTL_DEL, c, 0) == 0);
	CHECK_FAILS(control(ep, EPOLL_CTL_DEL, c, 0), ENOENT);
	CHECK(next_event(ep, 50, &e) == 0);
	await_event(ep, b, EPOLLOUT);
	await_peer(a);
	await_peer(c);
	CHECK(next_event(ep, 50, &e) == 0);
	CHECK(control(ep, EPOLL_CTL_ADD, c, EPOLLOUT | EPOLLONESHOT) == 0);
	await_event(ep, c, EPOLLOUT);
	CHECK(control(ep, EPOLL_CTL_DEL, a, 0) == 0);
	return 0;
}
