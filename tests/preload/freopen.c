/* SPDX-License-Identifier: MIT */
/*
 * freopen(3) puts a file in a pending socket's place: the number is the file's
 * then, and the connection is given up. Where it fails the socket is closed.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "epolling.h"

static void is_file(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	long start = now_ms();
	char c;

	CHECK(read(fd, &c, 1) == 1 && write(fd, &c, 1) == 1);
	CHECK(poll(&p, 1, 0) == 1);
	CHECK(now_ms() - start < PENDING_MS);
	CHECK_FAILS(getpeername(fd, NULL, NULL), ENOTSOCK);
}

int main(void)
{
	struct sockaddr_in good = park(WELL);
	int ep = epoll_create1(0), fd = begin(&good), other = begin(&good);
	struct epoll_event e;
	FILE *f = fdopen(fd, "r+");

	CHECK(control(ep, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	CHECK(freopen("/dev/zero", "r+", f) == f && fileno(f) == fd);
	is_file(fd);
	f = fdopen(other, "r+");
	CHECK(freopen64("/dev/zero", "r+", f) == f && fileno(f) == other);
	is_file(other);
	/* Nothing comes of the connection. */
	CHECK(next_event(ep, 2000, &e) == 0);

	fd = begin(&good);
	f = fdopen(fd, "r+");
	CHECK(freopen("/no/such/file", "r", f) == NULL);
	CHECK(dup(0) == fd);
	return 0;
}
