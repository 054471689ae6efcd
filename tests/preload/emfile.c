/* SPDX-License-Identifier: MIT */
/*
 * No descriptor is left while a connection is pending: poll, select and blocking
 * calls wait all the same, and nothing of the program's gets to the proxy.
 * run: limit=64:64
 * log-count: 0 unexpected: [^e]
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <sys/select.h>

int main(void)
{
	struct sockaddr_in good = park(WELL);
	struct pollfd p = { .events = POLLOUT };
	struct timeval t = { 5, 0 };
	long start = now_ms();
	fd_set w;
	int fd[3];
	char c;

	for (int i = 0; i < 3; i++)
		fd[i] = begin(&good);
	while (dup(1) >= 0)
		;
	CHECK(errno == EMFILE);
	p.fd = fd[0];
	CHECK(poll(&p, 1, 20) == 0);
	CHECK_FAILS(recv(fd[0], &c, 1, 0), EAGAIN);
	block(fd[1]);
	CHECK(send(fd[1], "ping", 4, 0) == 4);
	CHECK(now_ms() - start >= PENDING_MS);
	FD_ZERO(&w);
	FD_SET(fd[2], &w);
	CHECK(select(fd[2] + 1, NULL, &w, NULL, &t) == 1);
	CHECK(poll(&p, 1, ENDED_MS) == 1 && p.revents == POLLOUT);
	for (int i = 0; i < 3; i++)
		CHECK(so_error(fd[i]) == 0);
	block(fd[0]);
	talk(fd[0]);
	read_exactly(fd[1], &c, 1);
	CHECK(c == 'p');
	return 0;
}
