/* SPDX-License-Identifier: MIT */
/*
 * epoll_ctl(2) on what is not ours; and while a connection is pending, with the
 * kernel's errors, before and after: level and edge, once and exclusive.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 */
#include "epolling.h"

int main(void)
{
	struct sockaddr_in good, bad;
	struct epoll_event e;
	int ep = epoll_create1(0), other = epoll_create1(0), ends[2], a, b;
	int third = epoll_create1(0);
	long start;

	/* What is not ours. */
	CHECK(pipe(ends) == 0);
	CHECK(control(ep, EPOLL_CTL_ADD, ends[0], EPOLLIN) == 0);
	CHECK_FAILS(control(ep, EPOLL_CTL_ADD, ends[0], EPOLLIN), EEXIST);
	CHECK_FAILS(control(ep, EPOLL_CTL_ADD, ep, EPOLLIN), EINVAL);
	CHECK_FAILS(control(ep, EPOLL_CTL_DEL, ends[1], 0), ENOENT);
	CHECK_FAILS(control(ep, 9, ends[0], 0), EINVAL);
	CHECK_FAILS(epoll_ctl(ep, EPOLL_CTL_MOD, ends[0], NULL), EFAULT);
	CHECK(epoll_ctl(ep, EPOLL_CTL_DEL, ends[0], NULL) == 0);
	CHECK(control(ep, EPOLL_CTL_ADD, ends[0], EPOLLIN) == 0);
	CHECK(write(ends[1], "x", 1) == 1);
	CHECK(next_event(ep, 0, &e) == 1);
	CHECK(e.data.fd == ends[0] && e.events == EPOLLIN);
	CHECK(control(ep, EPOLL_CTL_DEL, ends[0], 0) == 0);

	good = park(WELL);
	bad = park(REFUSED);
	start = now_ms();
	a = begin(&good);
	b = begin(&bad);
	CHECK_FAILS(control(ep, EPOLL_CTL_MOD, a, EPOLLOUT), ENOENT);
	CHECK_FAILS(control(ep, EPOLL_CTL_DEL, a, 0), ENOENT);
	CHECK(control(ep, EPOLL_CTL_ADD, a, EPOLLIN) == 0);
	CHECK_FAILS(control(ep, EPOLL_CTL_ADD, a, EPOLLOUT), EEXIST);
	CHECK_FAILS(control(ep, 9, a, 0), EINVAL);
	CHECK_FAILS(epoll_ctl(ep, EPOLL_CTL_MOD, a, NULL), EFAULT);
	CHECK_FAILS(control(-1, EPOLL_CTL_ADD, a, EPOLLOUT), EBADF);
	CHECK_FAILS(control(a, EPOLL_CTL_ADD, b, EPOLLOUT), EINVAL);
	CHECK_FAILS(control(ends[0], EPOLL_CTL_ADD, a, EPOLLOUT), EINVAL);
	CHECK_FAILS(control(ends[0], EPOLL_CTL_MOD, a, EPOLLOUT), EINVAL);
	CHECK(control(ep, EPOLL_CTL_DEL, a, 0) == 0);
	CHECK_FAILS(control(ep, EPOLL_CTL_DEL, a, 0), ENOENT);
	CHECK(control(ep, EPOLL_CTL_ADD, a, EPOLLIN) == 0);
	CHECK(control(ep, EPOLL_CTL_MOD, a, EPOLLOUT | EPOLLET) == 0);
	CHECK(control(third, EPOLL_CTL_ADD, b, EPOLLIN | EPOLLRDHUP) == 0);
	CHECK(control(other, EPOLL_CTL_ADD, a,
		      EPOLLIN | EPOLLOUT | EPOLLONESHOT) == 0);
	CHECK(next_event(ep, 50, &e) == 0);
	CHECK(next_event(other, 0, &e) == 0);
	CHECK(now_ms() - start < PENDING_MS);

	/* One edge; the level, as often as it is asked for; once. */
	await_event(ep, a, EPOLLOUT);
	CHECK(now_ms() - start >= PENDING_MS);
	await_event(third, b, EPOLLIN | EPOLLERR | EPOLLHUP | EPOLLRDHUP);
	await_event(third, b, EPOLLIN | EPOLLERR | EPOLLHUP | EPOLLRDHUP);
	CHECK(so_error(b) == ECONNREFUSED);
	await_event(third, b, EPOLLIN | EPOLLHUP | EPOLLRDHUP);
	await_event(other, a, EPOLLOUT);
	CHECK(next_event(other, 50, &e) == 0);
	CHECK(control(other, EPOLL_CTL_MOD, a, EPOLLOUT | EPOLLONESHOT) == 0);
	await_event(other, a, EPOLLOUT);
	CHECK(control(third, EPOLL_CTL_DEL, b, 0) == 0);
	CHECK(next_event(third, 50, &e) == 0);
	CHECK(next_event(ep, 0, &e) == 0);
	CHECK(write(a, "ping", 4) == 4);
	CHECK(control(ep, EPOLL_CTL_MOD, a, EPOLLIN) == 0);
	await_event(ep, a, EPOLLIN);
	/* Closed: it is registered no more. */
	CHECK(close(a) == 0);
	CHECK(next_event(ep, 0, &e) == 0);
	CHECK_FAILS(control(ep, EPOLL_CTL_MOD, a, EPOLLIN), EBADF);
	return 0;
}
