/* SPDX-License-Identifier: MIT */
/*
 * A pending socket that an epoll instance watches is closed by libc (fclose), or
 * by a way that nobody sees: what has its number then is not watched.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "epolling.h"

#include <sys/eventfd.h>

int main(void)
{
	struct sockaddr_in good = park(WELL);
	int ep = epoll_create1(0), fd = begin(&good), other;
	FILE *f = fdopen(fd, "r+");
	struct epoll_event e;

	CHECK(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT) == 0);
	CHECK(f != NULL && fclose(f) == 0);
	other = eventfd(1, 0);
	CHECK(other == fd);
	CHECK(next_event(ep, 2000, &e) == 0);
	CHECK(control(ep, EPOLL_CTL_ADD, other, EPOLLIN) == 0);
	await_event(ep, other, EPOLLIN);

	fd = begin(&good);
	CHECK(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT) == 0);
	CHECK(control(ep, EPOLL_CTL_DEL, other, 0) == 0);
	close_raw(fd);
	CHECK(dup(other) == fd);
	CHECK(next_event(ep, 2000, &e) == 0);
	return 0;
}
