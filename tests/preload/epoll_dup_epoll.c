/* SPDX-License-Identifier: MIT */
/*
 * Two descriptors of one epoll instance: either will do, and the instance
 * outlives the other's close.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "epolling.h"

int main(void)
{
	struct sockaddr_in good = park(WELL);
	int ep = epoll_create1(0), same = dup(ep), other = epoll_create1(0);
	int gone = epoll_create1(0), gone_too = dup(gone), again, again_too;
	int a = begin(&good), b = begin(&good), c = begin(&good);
	struct epoll_event e;

	CHECK(gone_too == gone + 1);
	CHECK(control(ep, EPOLL_CTL_ADD, a, EPOLLIN) == 0);
	CHECK(control(other, EPOLL_CTL_ADD, a, EPOLLIN) == 0);
	CHECK_FAILS(control(same, EPOLL_CTL_ADD, a, EPOLLIN), EEXIST);
	CHECK(control(same, EPOLL_CTL_MOD, a, EPOLLOUT) == 0);
	CHECK(control(ep, EPOLL_CTL_ADD, b, EPOLLOUT) == 0);
	CHECK(control(same, EPOLL_CTL_DEL, b, 0) == 0);
	CHECK_FAILS(control(ep, EPOLL_CTL_DEL, b, 0), ENOENT);
	CHECK(close(ep) == 0);
	CHECK(dup(same) == ep);
	CHECK(close(same) == 0);
	/* Its last number is another file's now; and so is one of two. */
	CHECK(dup(ep) == same);
	CHECK(dup2(other, ep) == ep);
	/* Both numbers at once, and both mean another instance then. */
	CHECK(control(gone, EPOLL_CTL_ADD, c, EPOLLOUT) == 0);
	CHECK(close_range((unsigned)gone, (unsigned)gone_too, 0) == 0);
	again = epoll_create1(0);
	again_too = dup(again);
	CHECK(again == gone && again_too == gone_too);

	CHECK(next_event(same, 50, &e) == 0);
	await_event(same, a, EPOLLOUT);
	await_peer(b);
	await_peer(c);
	CHECK(next_event(ep, 50, &e) == 0);
	CHECK(next_event(again, 0, &e) == 0);
	return 0;
}
