/* SPDX-License-Identifier: MIT */
/*
 * Hooks: poll(2), select(2), their relatives, and epoll_ctl(2). While no
 * connection is pending each is a tail call; epoll_wait(2) is no hook at all.
 */
#include <errno.h>

#include "libc/libc.h"
#include "preload/conn.h"
#include "preload/gate.h"
#include "preload/memory.h"
#include "preload/ready.h"
#include "preload/state.h"
#include "sock/wait.h"

static inline bool nothing_pending(void)
{
	return likely(atomic_load_explicit(&conn_active,
					   memory_order_relaxed) == 0);
}

static SLOW int poll_pending(struct pollfd *fds, nfds_t n, int ms)
{
	struct timespec t;

	t.tv_sec = ms / 1000;
	t.tv_nsec = ms % 1000 * 1000000L;

	if (nothing_pending() || !ready_concerns_poll(fds, n))
		return libc(poll)(fds, n, ms);
	return (int)hook_result(ready_ppoll(fds, n, ms < 0 ? NULL : &t, NULL));
}

EXPORT int poll(struct pollfd *fds, nfds_t n, int ms)
{
	PASS(poll, fds, n, ms);
	return poll_pending(fds, n, ms);
}

EXPORT __typeof__(poll) __poll __attribute__((alias("poll")));

EXPORT int __poll_chk(struct pollfd *fds, nfds_t n, int ms, size_t size)
{
	if (nothing_pending() || size / sizeof(*fds) < n)
		return libc(__poll_chk)(fds, n, ms, size);
	return poll(fds, n, ms);
}

EXPORT int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		 const sigset_t *mask)
{
	if (nothing_pending() || !ready_concerns_poll(fds, n) ||
	    (timeout != NULL && !memory_is_readable(timeout, sizeof(*timeout))))
		return libc(ppoll)(fds, n, timeout, mask);
	return (int)hook_result(ready_ppoll(fds, n, timeout, mask));
}

EXPORT int __ppoll_chk(struct pollfd *fds, nfds_t n,
		       const struct timespec *timeout, const sigset_t *mask,
		       size_t size)
{
	if (nothing_pending() || size / sizeof(*fds) < n)
		return libc(__ppoll_chk)(fds, n, timeout, mask, size);
	return ppoll(fds, n, timeout, mask);
}

EXPORT int select(int n, fd_set *r, fd_set *w, fd_set *x,
		  struct timeval *timeout)
{
	struct timespec t, *wait = NULL;
	uint64_t start, spent;
	int result;

	if (nothing_pending() || !ready_concerns_select(n, r, w, x) ||
	    (timeout != NULL &&
	     (!memory_is_readable(timeout, sizeof(*timeout)) ||
	      timeout->tv_sec < 0 || timeout->tv_usec < 0)))
		return libc(select)(n, r, w, x, timeout);
	if (timeout != NULL) {
		/* More than a second of microseconds is allowed here. */
		if (__builtin_add_overflow(timeout->tv_sec,
					   timeout->tv_usec / 1000000,
					   &t.tv_sec))
			t.tv_sec = INT64_MAX;
		t.tv_nsec = timeout->tv_usec % 1000000 * 1000;
		wait = &t;
	}
	start = sock_now_us();
	result = ready_pselect(n, r, w, x, wait, NULL);
	if (timeout != NULL) {
		/* Linux says how much of it was left. */
		spent = sock_now_us() - start;
		t.tv_sec -= (time_t)(spent / 1000000);
		t.tv_nsec -= (long)(spent % 1000000) * 1000;
		if (t.tv_nsec < 0) {
			t.tv_nsec += 1000000000;
			t.tv_sec--;
		}
		if (t.tv_sec < 0 || result == 0)
			t.tv_sec = t.tv_nsec = 0;
		timeout->tv_sec = t.tv_sec;
		timeout->tv_usec = t.tv_nsec / 1000;
	}
	return (int)hook_result(result);
}

EXPORT __typeof__(select) __select __attribute__((alias("select")));

EXPORT int pselect(int n, fd_set *r, fd_set *w, fd_set *x,
		   const struct timespec *timeout, const sigset_t *mask)
{
	if (nothing_pending() || !ready_concerns_select(n, r, w, x) ||
	    (timeout != NULL && !memory_is_readable(timeout, sizeof(*timeout))))
		return libc(pselect)(n, r, w, x, timeout, mask);
	return (int)hook_result(ready_pselect(n, r, w, x, timeout, mask));
}

EXPORT int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	uint16_t v = fd_get(fd);

	if (likely(v != FD_FRESH && !fd_is_conn(v)) ||
	    (op != EPOLL_CTL_DEL && !memory_is_readable(event, sizeof(*event))))
		return libc(epoll_ctl)(epfd, op, fd, event);
	return (int)hook_result(conn_epoll_ctl(epfd, op, fd, event));
}
