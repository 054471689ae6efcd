/* SPDX-License-Identifier: MIT */
/*
 * What the victims of epoll(7) share.
 */
#ifndef PRELOAD_EPOLLING_H
#define PRELOAD_EPOLLING_H

#include <sys/epoll.h>

#include "pending.h"

/* The event's data is the descriptor. */
static inline int control(int ep, int op, int fd, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.fd = fd };

	return epoll_ctl(ep, op, fd, &e);
}

static inline int next_event(int ep, int ms, struct epoll_event *e)
{
	return epoll_wait(ep, e, 1, ms);
}

static inline void await_event(int ep, int fd, uint32_t events)
{
	struct epoll_event e;

	CHECK(next_event(ep, ENDED_MS, &e) == 1);
	if (e.data.fd != fd || e.events != events) {
		dprintf(2, "events %#x of %d, not %#x of %d\n",
			(unsigned)e.events, e.data.fd, (unsigned)events, fd);
		NOT_REACHED();
	}
}

#endif
