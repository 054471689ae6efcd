/* SPDX-License-Identifier: MIT */
/*
 * A registration belongs to a descriptor and what it stands for: it outlives the
 * descriptor's close where the socket lives on.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "epolling.h"

int main(void)
{
	struct sockaddr_in good = park(WELL);
	struct epoll_event e;
	int ep = epoll_create1(0), a = begin(&good), b = dup(a);

	CHECK(control(ep, EPOLL_CTL_ADD, a, EPOLLOUT) == 0);
	CHECK(control(ep, EPOLL_CTL_ADD, b, EPOLLOUT | EPOLLET) == 0);
	CHECK(close(a) == 0);
	CHECK(next_event(ep, 50, &e) == 0);
	/* Both. */
	CHECK(next_event(ep, ENDED_MS, &e) == 1);
	CHECK(next_event(ep, 0, &e) == 1 && e.events == EPOLLOUT);
	CHECK(close(b) == 0);
	CHECK(next_event(ep, 0, &e) == 0);
	return 0;
}
