/* SPDX-License-Identifier: MIT */
/*
 * What poll(2) and all its relatives have to do. The proxy's script: three
 * connections that end well and are echoed, then one that is refused.
 */
#ifndef PRELOAD_POLLING_H
#define PRELOAD_POLLING_H

#include "pending.h"

typedef int poller(struct pollfd *fds, nfds_t n, int ms);

#define FAILED (POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP)

static inline void check_foreign(poller *f)
{
	struct pollfd p[4];
	int ends[2], closed[2];
	long start;

	CHECK(pipe(ends) == 0 && pipe(closed) == 0);
	close(closed[1]);
	p[0] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	p[1] = (struct pollfd){ .fd = -1, .events = POLLIN, .revents = 1 };
	start = now_ms();
	CHECK(f(p, 2, 60) == 0 && p[0].revents == 0 && p[1].revents == 0);
	CHECK(now_ms() - start >= 60);
	CHECK(f(p, 0, 0) == 0);
	CHECK(f(NULL, 0, 0) == 0);
	CHECK_FAILS(f(NULL, 1, 0), EFAULT);
	CHECK_FAILS(f(p, 1u << 30, 0), EINVAL);
	CHECK(write(ends[1], "x", 1) == 1);
	p[2] = (struct pollfd){ .fd = 987, .events = POLLIN };
	p[3] = (struct pollfd){ .fd = closed[0], .events = POLLIN };
	CHECK(f(p, 4, -1) == 3);
	CHECK(p[0].revents == POLLIN && p[1].revents == 0);
	CHECK(p[2].revents == POLLNVAL && p[3].revents == POLLHUP);
	close(ends[0]);
	close(ends[1]);
	close(closed[0]);
}

static inline void check_poll(poller *f)
{
	struct sockaddr_in good, bad;
	struct pollfd p[5];
	int ends[2];
	long start, begun;

	check_foreign(f);
	CHECK(pipe(ends) == 0);
	good = park(WELL);
	bad = park(REFUSED);
	begun = now_ms();
	p[0] = (struct pollfd){ .fd = begin(&good) };
	p[1] = (struct pollfd){ .fd = begin(&bad) };
	p[0].events = p[1].events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP;
	p[2] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	p[3] = (struct pollfd){ .fd = 987, .events = POLLIN };
	p[4] = (struct pollfd){ .fd = -7, .events = POLLIN };

	/* Nothing, for as long as was asked. */
	CHECK(f(p, 3, 0) == 0);
	start = now_ms();
	CHECK(f(p, 2, 60) == 0);
	CHECK(now_ms() - start >= 60 && now_ms() - start < 300);
	CHECK(p[0].revents == 0 && p[1].revents == 0);
	CHECK(f(p, 0, 0) == 0);
	CHECK_FAILS(f(NULL, 2, 0), EFAULT);

	/* Others are seen at once, and what is no descriptor. */
	CHECK(write(ends[1], "x", 1) == 1);
	CHECK(f(p, 5, -1) == 2);
	CHECK(p[0].revents == 0 && p[1].revents == 0 && p[4].revents == 0);
	CHECK(p[2].revents == POLLIN && p[3].revents == POLLNVAL);
	CHECK(p[0].fd >= 0 && p[0].events == p[1].events &&
	      p[2].events == POLLIN && p[4].fd == -7);
	CHECK(now_ms() - begun < PENDING_MS);

	/* Each comes to its end. */
	CHECK(f(p, 2, ENDED_MS) >= 1);
	CHECK(now_ms() - begun >= PENDING_MS);
	while (p[0].revents == 0 || p[1].revents == 0)
		CHECK(f(p, 2, ENDED_MS) >= 1);
	CHECK(f(p, 2, 0) == 2);
	CHECK(p[0].revents == POLLOUT);
	CHECK(p[1].revents == FAILED);
	CHECK(so_error(p[0].fd) == 0);
	CHECK(so_error(p[1].fd) == ECONNREFUSED);
	CHECK(so_error(p[1].fd) == 0);
	CHECK(f(p, 2, 0) == 2);
	CHECK(p[1].revents == (FAILED & ~POLLERR));
	close(p[1].fd);
	CHECK(f(p, 2, 0) == 2);
	CHECK(p[0].revents == POLLOUT && p[1].revents == POLLNVAL);
	CHECK(write(p[0].fd, "ping", 4) == 4);
	await_input(p[0].fd);
	close(p[0].fd);
}

#endif
