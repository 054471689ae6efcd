/* SPDX-License-Identifier: MIT */
/*
 * A program puts descriptors of its own wherever it likes while a connection is
 * pending: they stay its own, and the connection comes about.
 * run: limit=8000
 * run: limit=300:300
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <sys/resource.h>

int main(void)
{
	struct sockaddr_in good = park(WELL);
	struct pollfd p = { .events = POLLOUT };
	struct rlimit limit;
	int fd = begin(&good), other, ends[2];
	char c;

	/* The descriptor that poll watches. */
	p.fd = fd;
	CHECK(poll(&p, 1, 10) == 0);
	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK(pipe(ends) == 0);
	for (int i = ends[1] + 1; i < (int)limit.rlim_cur && i < 8000; i++) {
		CHECK(dup2(ends[1], i) == i);
		CHECK(fcntl(i, F_GETFD) >= 0);
	}
	other = -1;
	await_peer(fd);
	block(fd);
	talk(fd);
	for (int i = ends[1] + 1; i < (int)limit.rlim_cur && i < 8000; i++) {
		CHECK(write(i, "x", 1) == 1);
		CHECK(read(ends[0], &c, 1) == 1 && c == 'x');
		CHECK(close(i) == 0);
		CHECK_FAILS(write(i, "x", 1), EBADF);
	}
	(void)other;
	return 0;
}
