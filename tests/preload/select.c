/* SPDX-License-Identifier: MIT */
/*
 * select(2), and what it says of the time that was left.
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
#include "selecting.h"

static __typeof__(select) *function = select;

static int by_select(int n, fd_set *r, fd_set *w, fd_set *x, int ms)
{
	struct timeval t = { ms / 1000, ms % 1000 * 1000 };
	int result = function(n, r, w, x, ms < 0 ? NULL : &t);

	if (result == 0 && ms >= 0)
		CHECK(t.tv_sec == 0 && t.tv_usec == 0);
	return result;
}

int main(void)
{
	struct timeval t = { 0, 1300000 }, ever = { INT64_MAX, 999999 };
	struct sockaddr_in good;
	fd_set w, x;
	int fd, ends[2];

	check_select(by_select);

	good = park(WELL);
	fd = begin(&good);
	FD_ZERO(&w);
	FD_SET(fd, &w);
	t = (struct timeval){ 0, -1 };
	CHECK_FAILS(select(fd + 1, NULL, &w, NULL, &t), EINVAL);
	t = (struct timeval){ -1, 0 };
	CHECK_FAILS(select(fd + 1, NULL, &w, NULL, &t), EINVAL);
	CHECK(FD_ISSET(fd, &w));

	/* More microseconds than a second has. */
	t = (struct timeval){ 1, 3300000 };
	CHECK(select(fd + 1, NULL, &w, NULL, &t) == 1 && FD_ISSET(fd, &w));
	CHECK(t.tv_sec >= 2 && t.tv_sec < 4 && t.tv_usec < 1000000);

	/* As good as for ever; a pipe that hangs up, which nobody asks for. */
	CHECK(pipe(ends) == 0 && close(ends[1]) == 0);
	good = park(WELL);
	fd = begin(&good);
	FD_ZERO(&w);
	FD_SET(fd, &w);
	FD_ZERO(&x);
	FD_SET(ends[0], &x);
	CHECK(select((fd > ends[0] ? fd : ends[0]) + 1, NULL, &w, &x, &ever) ==
		      1 &&
	      FD_ISSET(fd, &w) && !FD_ISSET(ends[0], &x));
	return 0;
}
