/* SPDX-License-Identifier: MIT */
/*
 * dup(2), dup2(2), dup3(2) and F_DUPFD of a socket whose connection is
 * pending: all of them are the same socket; the last close ends it.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 */
#include "pending.h"

int main(void)
{
	struct sockaddr_in good, bad;
	int a[6], b[2], fresh[2], ends[2];
	char buf[4];
	struct pollfd p[6];

	CHECK(pipe(ends) == 0);
	a[0] = dup(ends[1]);
	CHECK(a[0] >= 0 && write(a[0], "x", 1) == 1);
	CHECK_FAILS(dup(-1), EBADF);

	good = park(WELL);
	bad = park(REFUSED);
	fresh[0] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	fresh[1] = dup(fresh[0]);
	a[0] = fresh[0];
	begin_on(fresh[1], &good);
	a[1] = fresh[1];
	b[0] = begin(&bad);
	a[2] = dup(a[0]);
	a[3] = dup2(a[1], 100);
	a[4] = dup3(a[2], 101, O_CLOEXEC);
	a[5] = fcntl(a[3], F_DUPFD, 200);
	b[1] = dup(b[0]);
	CHECK(a[2] >= 0 && a[3] == 100 && a[4] == 101 && a[5] >= 200);
	CHECK_FAILS(connect(a[2], (struct sockaddr *)&good, sizeof(good)),
		    EALREADY);
	for (int i = 0; i < 6; i++) {
		CHECK_FAILS(recv(a[i], buf, 4, 0), EAGAIN);
		CHECK(so_error(a[i]) == 0);
		p[i] = (struct pollfd){ .fd = a[i], .events = POLLOUT };
	}
	CHECK(poll(p, 6, 50) == 0);
	/* The one that was connected goes; the others remain. */
	CHECK(close(a[1]) == 0 && close(a[0]) == 0);
	CHECK(poll(p + 2, 4, ENDED_MS) == 4);
	for (int i = 2; i < 6; i++)
		CHECK(p[i].revents == POLLOUT);
	CHECK(write(a[2], "ping", 4) == 4);
	CHECK(close(a[2]) == 0);
	await_input(a[3]);
	CHECK(read(a[5], buf, 4) == 4);

	/* An error belongs to all of them, once. */
	await_end(b[1]);
	CHECK(so_error(b[0]) == ECONNREFUSED);
	CHECK(so_error(b[1]) == 0);
	return 0;
}
