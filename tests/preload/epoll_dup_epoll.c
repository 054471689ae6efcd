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
	struct epoll_event e;
	int ep = epoll_create1(0), same = dup(ep), a = begin(&good);

	CHECK(control(ep, EPOLL_CTL_ADD, a, EPOLLIN) == 0);
	CHECK_FAILS(control(same, EPOLL_CTL_ADD, a, EPOLLIN), EEXIST);
	CHECK(control(same, EPOLL_CTL_MOD, a, EPOLLOUT) == 0);
	CHECK(close(ep) == 0);
	CHECK(next_event(same, 50, &e) == 0);
	await_event(same, a, EPOLLOUT);
	return 0;
}
