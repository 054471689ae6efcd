/* SPDX-License-Identifier: MIT */
/*
 * O_ASYNC: a program that looks at its socket only when SIGIO comes learns how
 * its connect(2) ends.
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

static void connect_by_signal(enum target_end end)
{
	struct timespec patience = { .tv_sec = ENDED_MS / 1000 };
	struct sockaddr_in sin = park(end);
	struct pollfd p = { .events = POLLOUT };
	long start = now_ms();
	sigset_t io;

	sigemptyset(&io);
	sigaddset(&io, SIGIO);
	CHECK(sigprocmask(SIG_BLOCK, &io, NULL) == 0);
	p.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CHECK(fcntl(p.fd, F_SETOWN, getpid()) == 0);
	CHECK(fcntl(p.fd, F_SETFL, O_RDWR | O_NONBLOCK | O_ASYNC) == 0);
	begin_on(p.fd, &sin);
	do
		CHECK(sigtimedwait(&io, NULL, &patience) == SIGIO);
	while (poll(&p, 1, 0) == 0);
	CHECK(now_ms() - start >= PENDING_MS);
	CHECK(so_error(p.fd) == (end == WELL ? 0 : ECONNREFUSED));
	CHECK(close(p.fd) == 0);
}

int main(void)
{
	connect_by_signal(WELL);
	connect_by_signal(REFUSED);
	return 0;
}
