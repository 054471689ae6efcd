/* SPDX-License-Identifier: MIT */
/*
 * poll(2) and select(2) while connections are pending: an eventfd is watched
 * in the place of each. No allocation but, for very many descriptors,
 * mmap(2). Returns what the call returns, or -errno. Async-signal-safe;
 * cancellation points.
 */
#ifndef PRELOAD_READY_H
#define PRELOAD_READY_H

#include <poll.h>
#include <stdbool.h>
#include <sys/select.h>

/** ready_concerns_poll() - is one of @fds pending? */
bool ready_concerns_poll(const struct pollfd *fds, nfds_t n);

/** ready_ppoll() - as ppoll(2); @timeout is left alone */
int ready_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		const sigset_t *mask);

/** ready_concerns_select() - is a member of one of the sets pending? */
bool ready_concerns_select(int n, const fd_set *r, const fd_set *w,
			   const fd_set *x);

/** ready_pselect() - as pselect(2); @timeout is left alone */
int ready_pselect(int n, fd_set *r, fd_set *w, fd_set *x,
		  const struct timespec *timeout, const sigset_t *mask);

#endif
