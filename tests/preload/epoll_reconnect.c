/* SPDX-License-Identifier: MIT */
/*
 * A socket that has been connected, disconnected (AF_UNSPEC) and connected anew
 * is registered all the while; so are its duplicates.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "epolling.h"

/* More than can be told in one piece. */
#define DUPLICATES 99

int main(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_in good = park(WELL);
	struct epoll_event e;
	int ep = epoll_create1(0), fd = begin(&good), other, ends[2];

	CHECK(pipe(ends) == 0);
	CHECK(control(ep, EPOLL_CTL_ADD, ends[0], EPOLLIN) == 0);
	CHECK(control(ep, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	await_event(ep, fd, EPOLLOUT);
	CHECK(control(ep, EPOLL_CTL_MOD, fd, EPOLLOUT | EPOLLET) == 0);
	for (int i = 0; i < DUPLICATES; i++) {
		other = dup(fd);
		CHECK(control(ep, EPOLL_CTL_ADD, other, EPOLLOUT | EPOLLET) ==
		      0);
	}
	CHECK(connect(fd, &none, sizeof(none)) == 0);
	so_error(fd);
	while (next_event(ep, 0, &e) == 1)
		CHECK(e.events == (EPOLLOUT | EPOLLHUP));

	good = park(WELL);
	begin_on(fd, &good);
	CHECK(next_event(ep, 100, &e) == 0);
	CHECK(write(ends[1], "x", 1) == 1);
	await_event(ep, ends[0], EPOLLIN);
	CHECK(read(ends[0], &e, 1) == 1);
	CHECK(control(ep, EPOLL_CTL_MOD, other, EPOLLOUT | EPOLLONESHOT) == 0);
	CHECK(next_event(ep, 0, &e) == 0);
	for (int i = 0; i < DUPLICATES + 1; i++) {
		CHECK(next_event(ep, ENDED_MS, &e) == 1);
		CHECK(e.events == EPOLLOUT && e.data.fd != ends[0]);
	}
	CHECK(next_event(ep, 10, &e) == 0);
	block(fd);
	talk(fd);
	return 0;
}
