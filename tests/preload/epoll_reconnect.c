/* SPDX-License-Identifier: MIT */
/*
 * A socket that has been connected, disconnected (AF_UNSPEC) and connected anew
 * is registered all the while; so is its duplicate.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "epolling.h"

int main(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_in good = park(WELL);
	struct epoll_event e;
	int ep = epoll_create1(0), fd = begin(&good), other, ends[2];

	/* More than can be told in one piece. */
	for (int i = 0; i < 100; i++) {
		CHECK(pipe(ends) == 0);
		CHECK(control(ep, EPOLL_CTL_ADD, ends[0], EPOLLIN) == 0);
	}
	CHECK(control(ep, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	await_event(ep, fd, EPOLLOUT);
	other = dup(fd);
	CHECK(control(ep, EPOLL_CTL_ADD, other, EPOLLOUT | EPOLLET) == 0);
	CHECK(connect(fd, &none, sizeof(none)) == 0);
	so_error(fd);
	good = park(WELL);
	begin_on(fd, &good);
	CHECK(next_event(ep, 100, &e) == 0);
	CHECK(control(ep, EPOLL_CTL_MOD, other, EPOLLOUT | EPOLLONESHOT) == 0);
	CHECK(next_event(ep, 0, &e) == 0);
	for (int i = 0; i < 2; i++) {
		CHECK(next_event(ep, ENDED_MS, &e) == 1);
		CHECK(e.events == EPOLLOUT);
		CHECK(e.data.fd == fd || e.data.fd == other);
	}
	CHECK(control(ep, EPOLL_CTL_DEL, fd, 0) == 0);
	CHECK(next_event(ep, 10, &e) == 0);
	block(fd);
	talk(fd);
	return 0;
}
