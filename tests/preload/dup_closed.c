/* SPDX-License-Identifier: MIT */
/*
 * The last close of a pending socket's duplicates ends the connection at once.
 * log: ^2 client left$
 * native: yes
 * script: read-greeting; send 0500; read-request; stall; next
 * script: read-greeting; send 0500; read-request; stall; next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

int main(void)
{
	struct sockaddr_in good = park(WELL);
	struct pollfd p = { .events = POLLOUT };
	int a = begin(&good), b = dup(a);

	/* Until the proxy has been asked. */
	p.fd = a;
	CHECK(poll(&p, 1, 200) == 0);
	/* A number that is taken by another socket. */
	CHECK(close(a) == 0);
	CHECK(dup2(1, b) == b);
	CHECK(fcntl(b, F_GETFD) >= 0);
	CHECK(close(b) == 0);
	p.fd = begin(&good);
	CHECK(p.fd == a);
	CHECK(poll(&p, 1, ENDED_MS) == 1 && p.revents == POLLOUT);
	CHECK(write(a, "ping", 4) == 4);
	await_input(a);
	return 0;
}
