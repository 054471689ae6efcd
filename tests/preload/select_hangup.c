/* SPDX-License-Identifier: MIT */
/*
 * select(2) for exceptions alone does not look at hang-ups, which poll(2) always
 * reports; nor for writing.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <sys/select.h>

int main(void)
{
	struct sockaddr_in good = park(WELL);
	struct timeval t = { 0, 300000 };
	int fd = begin(&good), ends[2];
	long start = now_ms();
	fd_set w, x;

	CHECK(pipe(ends) == 0 && close(ends[1]) == 0);
	FD_ZERO(&w);
	FD_ZERO(&x);
	FD_SET(fd, &w);
	FD_SET(ends[0], &x);
	CHECK(select(FD_SETSIZE, NULL, &w, &x, &t) == 0);
	CHECK(now_ms() - start >= 300);
	FD_SET(fd, &w);
	FD_SET(ends[0], &x);
	CHECK(select(FD_SETSIZE, NULL, &w, &x, NULL) == 1);
	CHECK(FD_ISSET(fd, &w) && !FD_ISSET(ends[0], &x));
	return 0;
}
