/* SPDX-License-Identifier: MIT */
/*
 * Hundreds of sockets in an event loop, none of which may wait: no call does,
 * all relays come up at a time, and each socket's datagrams come back in order.
 * run: limit=2000
 * script: read-greeting; delay 300; send 0500; read-request; delay 300; relay
 * log-count: 200 request cmd=3
 * log-count: 600 datagram .* length=2
 * log-count: 0 no header
 */
#define ECHO_PORT 7021
#include "datagram.h"

#include <fcntl.h>
#include <sys/epoll.h>

enum { SOCKETS = 200, EACH = 3 };

static int fds[SOCKETS], got[SOCKETS];

static void begin(int ep, int i)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLET,
				 .data.u32 = (unsigned)i };

	fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	CHECK(fds[i] >= 0);
	if (i % 2)
		CHECK(connect4(fds[i], TARGET, ECHO_PORT) == 0);
	CHECK(epoll_ctl(ep, EPOLL_CTL_ADD, fds[i], &e) == 0);
}

static void out(int i, char c)
{
	char text[2] = { 'a', c };

	if (i % 2)
		CHECK(send(fds[i], text, 2, 0) == 2);
	else
		CHECK(send4(fds[i], (char[]){ 'a', c, 0 }, TARGET,
			    ECHO_PORT) == 2);
}

/* All that has come; the last of them in time. */
static int in(int i)
{
	char buf[10];
	int count = 0;

	while (recv(fds[i], buf, sizeof(buf), 0) == 2) {
		CHECK(buf[0] == 'a' && buf[1] == '0' + got[i]);
		got[i]++;
		count++;
	}
	CHECK(errno == EAGAIN);
	return count;
}

int main(void)
{
	int ep = epoll_create1(0), left = SOCKETS * EACH;
	long start = now_ms(), worst = 0;

	for (int i = 0; i < SOCKETS; i++)
		begin(ep, i);
	for (char c = '0'; c < '0' + EACH; c++)
		for (int i = 0; i < SOCKETS; i++) {
			long before = now_ms();

			out(i, c);
			if (now_ms() - before > worst)
				worst = now_ms() - before;
		}
	/* Of one that waits for the proxy it would be 600. */
	CHECK(worst < 250);
	while (left > 0) {
		struct epoll_event e[64];
		int n = epoll_wait(ep, e, 64, 5000);

		CHECK(n > 0);
		for (int i = 0; i < n; i++)
			left -= in((int)e[i].data.u32);
	}
	/* One after the other it would be two minutes. */
	CHECK(now_ms() - start < 10000);
	return 0;
}
