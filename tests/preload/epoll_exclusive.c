/* SPDX-License-Identifier: MIT */
/*
 * EPOLLEXCLUSIVE goes with few other bits, pending or not.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "epolling.h"

int main(void)
{
	struct sockaddr_in good = park(WELL);
	int ep = epoll_create1(0), a = begin(&good);

	CHECK_FAILS(control(ep, EPOLL_CTL_ADD, a,
			    EPOLLOUT | EPOLLEXCLUSIVE | EPOLLONESHOT),
		    EINVAL);
	CHECK(control(ep, EPOLL_CTL_ADD, a, EPOLLOUT | EPOLLEXCLUSIVE) == 0);
	CHECK_FAILS(control(ep, EPOLL_CTL_MOD, a, EPOLLOUT), EINVAL);
	await_event(ep, a, EPOLLOUT);
	return 0;
}
