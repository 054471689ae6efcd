/* SPDX-License-Identifier: MIT */
/*
 * What select(2) and its relatives have to do. The proxy's script: three
 * connections that end well and are echoed, then one that is refused.
 */
#ifndef PRELOAD_SELECTING_H
#define PRELOAD_SELECTING_H

#include "pending.h"

#include <sys/resource.h>
#include <sys/select.h>

/* @ms: -1 for ever */
typedef int selector(int n, fd_set *r, fd_set *w, fd_set *x, int ms);

struct sets {
	fd_set r, w, x;
};

static inline void in_all(struct sets *s, int fd)
{
	FD_SET(fd, &s->r);
	FD_SET(fd, &s->w);
	FD_SET(fd, &s->x);
}

/* Bits: 4 readable, 2 writable, 1 exceptional */
static inline int bits(const struct sets *s, int fd)
{
	return 4 * (FD_ISSET(fd, &s->r) != 0) +
	       2 * (FD_ISSET(fd, &s->w) != 0) + (FD_ISSET(fd, &s->x) != 0);
}

static inline int call(selector *f, struct sets *s, int ms)
{
	return f(FD_SETSIZE, &s->r, &s->w, &s->x, ms);
}

static inline void check_select(selector *f)
{
	struct rlimit limit = { FD_SETSIZE, FD_SETSIZE };
	struct sockaddr_in good, bad;
	struct sets s, none;
	int a, b, ends[2], gone, high = FD_SETSIZE - 1;
	long start, begun;

	memset(&none, 0, sizeof(none));
	getrlimit(RLIMIT_NOFILE, &limit);
	CHECK(limit.rlim_cur >= FD_SETSIZE);
	CHECK(pipe(ends) == 0);
	/* A number that the kernel's table has room for. */
	gone = dup(ends[0]);

	/* What is not ours. */
	start = now_ms();
	CHECK(f(0, NULL, NULL, NULL, 60) == 0);
	CHECK(now_ms() - start >= 60);
	s = none;
	in_all(&s, ends[0]);
	CHECK(call(f, &s, 0) == 0 && bits(&s, ends[0]) == 0);
	in_all(&s, ends[1]);
	CHECK(call(f, &s, -1) == 1 && bits(&s, ends[1]) == 2);
	CHECK_FAILS(f(-1, NULL, NULL, NULL, 0), EINVAL);
	close(gone);
	s = none;
	in_all(&s, gone);
	CHECK_FAILS(call(f, &s, 0), EBADF);

	good = park(WELL);
	bad = park(REFUSED);
	begun = now_ms();
	a = begin(&good);
	b = begin(&bad);
	CHECK(dup2(a, high) == high);
	gone = dup(a);
	close(gone);

	/* Nothing, for as long as was asked. */
	s = none;
	in_all(&s, a);
	in_all(&s, b);
	in_all(&s, high);
	CHECK(call(f, &s, 0) == 0);
	CHECK(bits(&s, a) == 0 && bits(&s, b) == 0 && bits(&s, high) == 0);
	in_all(&s, a);
	in_all(&s, b);
	start = now_ms();
	CHECK(call(f, &s, 60) == 0);
	CHECK(now_ms() - start >= 60 && now_ms() - start < 300);
	CHECK(bits(&s, a) == 0 && bits(&s, b) == 0);

	/* Others are seen at once, and what is no descriptor. */
	CHECK(write(ends[1], "x", 1) == 1);
	s = none;
	in_all(&s, a);
	in_all(&s, ends[0]);
	in_all(&s, ends[1]);
	CHECK(call(f, &s, -1) == 2);
	CHECK(bits(&s, a) == 0 && bits(&s, ends[0]) == 4 &&
	      bits(&s, ends[1]) == 2);
	in_all(&s, a);
	in_all(&s, gone);
	CHECK_FAILS(call(f, &s, -1), EBADF);
	CHECK(bits(&s, a) == 7 && bits(&s, gone) == 7);
	/* Beyond what it is asked about. */
	s = none;
	in_all(&s, high);
	in_all(&s, ends[1]);
	CHECK(f(960, &s.r, &s.w, &s.x, 0) == 1);
	CHECK(bits(&s, high) == 7);
	CHECK(now_ms() - begun < PENDING_MS);

	/* Each comes to its end. */
	s = none;
	in_all(&s, a);
	in_all(&s, high);
	CHECK(call(f, &s, ENDED_MS) == 2);
	CHECK(now_ms() - begun >= PENDING_MS);
	CHECK(bits(&s, a) == 2 && bits(&s, high) == 2);
	s = none;
	in_all(&s, b);
	CHECK(call(f, &s, ENDED_MS) == 2);
	CHECK(bits(&s, b) == 6);
	CHECK(so_error(a) == 0);
	CHECK(so_error(b) == ECONNREFUSED);
	CHECK(so_error(b) == 0);
	CHECK(write(high, "ping", 4) == 4);
	FD_ZERO(&s.r);
	FD_SET(a, &s.r);
	CHECK(f(FD_SETSIZE, &s.r, NULL, NULL, ENDED_MS) == 1);
	close(a);
	close(b);
	close(high);
	close(ends[0]);
	close(ends[1]);
}

#endif
