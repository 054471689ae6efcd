/* SPDX-License-Identifier: MIT */
/*
 * Sockets that were registered before they are connected: level and edge, once
 * and exclusive, in several epoll instances; all of it holds afterwards.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "epolling.h"

int main(void)
{
	struct sockaddr_in good, bad;
	struct epoll_event e;
	int level = epoll_create1(0), edge = epoll_create1(0);
	int only = epoll_create1(0), bad_edge = epoll_create1(0), a, b;

	a = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	b = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CHECK(control(level, EPOLL_CTL_ADD, a, EPOLLIN) == 0);
	CHECK(control(edge, EPOLL_CTL_ADD, a,
		      EPOLLIN | EPOLLOUT | EPOLLET) == 0);
	CHECK(control(bad_edge, EPOLL_CTL_ADD, b,
		      EPOLLIN | EPOLLOUT | EPOLLET | EPOLLRDHUP) == 0);
	CHECK(control(only, EPOLL_CTL_ADD, a, EPOLLOUT | EPOLLEXCLUSIVE) == 0);
	/* Not connected yet. */
	await_event(level, a, EPOLLHUP);
	await_event(edge, a, EPOLLOUT | EPOLLHUP);
	await_event(bad_edge, b, EPOLLOUT | EPOLLHUP);
	await_event(only, a, EPOLLOUT | EPOLLHUP);
	CHECK(next_event(edge, 0, &e) == 0);

	good = park(WELL);
	bad = park(REFUSED);
	begin_on(a, &good);
	begin_on(b, &bad);
	CHECK(next_event(level, 20, &e) == 0);
	CHECK(next_event(edge, 20, &e) == 0);
	CHECK(next_event(only, 20, &e) == 0);
	CHECK_FAILS(control(level, EPOLL_CTL_ADD, a, EPOLLIN), EEXIST);
	CHECK(control(level, EPOLL_CTL_MOD, a, EPOLLOUT) == 0);
	CHECK_FAILS(control(only, EPOLL_CTL_MOD, a, EPOLLOUT), EINVAL);
	await_event(level, a, EPOLLOUT);
	await_event(edge, a, EPOLLOUT);
	await_event(only, a, EPOLLOUT);
	await_event(bad_edge, b, EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP |
				 EPOLLRDHUP);
	CHECK(next_event(bad_edge, 50, &e) == 0);
	CHECK(so_error(b) == ECONNREFUSED);
	CHECK(next_event(bad_edge, 20, &e) == 0);
	CHECK(next_event(edge, 0, &e) == 0);

	CHECK(write(a, "ping", 4) == 4);
	await_event(edge, a, EPOLLIN | EPOLLOUT);
	CHECK(next_event(edge, 20, &e) == 0);
	CHECK(control(level, EPOLL_CTL_MOD, a, EPOLLIN) == 0);
	await_event(level, a, EPOLLIN);
	CHECK(control(level, EPOLL_CTL_DEL, a, 0) == 0);
	CHECK_FAILS(control(level, EPOLL_CTL_DEL, a, 0), ENOENT);

	/* The one that was refused may be connected again. */
	CHECK_FAILS(connect(b, (struct sockaddr *)&good, sizeof(good)),
		    ECONNABORTED);
	begin_on(b, &good);
	await_peer(b);
	CHECK(next_event(bad_edge, 0, &e) == 1 && e.events == EPOLLOUT);
	CHECK(next_event(bad_edge, 0, &e) == 0);
	return 0;
}
