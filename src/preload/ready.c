/* SPDX-License-Identifier: MIT */
#include <alloca.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "libc/libc.h"
#include "libc/sys.h"
#include "preload/bell.h"
#include "preload/conn.h"
#include "preload/memory.h"
#include "preload/ready.h"

#define ON_STACK 1024 /* struct pollfd */
#define SECOND   1000000000
#define FOR_EVER (INT64_MAX / SECOND / 2) /* seconds: longer than anybody */
#define TICK_NS  20000000
/*
 * poll(2) looks its numbers up whenever it is woken, and ours may mean a file
 * of the program's by then (conn_give_way()).
 */
#define SLICE_NS 500000000

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

static bool is_pending(int fd)
{
	return fd_is_conn(fd_get(fd)) && conn_state(fd) == CONN_PENDING;
}

bool ready_concerns_poll(const struct pollfd *fds, nfds_t n)
{
	if (n == 0 || n > FD_TABLE_SIZE ||
	    !memory_is_readable(fds, n * sizeof(*fds)))
		return false; /* EFAULT and EINVAL are the kernel's */
	for (nfds_t i = 0; i < n; i++)
		if (is_pending(fds[i].fd))
			return true;
	return false;
}

/*
 * Copy @fds, without what is pending: a bell stands in the place of the first.
 * @tick: set if none will ring for one of them, so that it must be looked at
 * from time to time
 * Return: are there any?
 */
static bool substitute(struct pollfd *to, const struct pollfd *fds, nfds_t n,
		       int bell, bool *tick)
{
	bool replaced = false;

	*tick = bell < 0; /* EMFILE, or a vfork child */
	memcpy(to, fds, n * sizeof(*to));
	for (nfds_t i = 0; i < n; i++) {
		to[i].revents = 0;
		if (!is_pending(fds[i].fd))
			continue;
		*tick |= !conn_expect(fds[i].fd);
		to[i].fd = bell >= 0 && !replaced ? bell : -1;
		to[i].events = POLLIN;
		replaced = true;
	}
	return replaced;
}

/*
 * Fill in @fds' revents from @from.
 * Return: how many are ready, or -1 if the bell has rung and all must be looked
 * at again
 */
static int results(struct pollfd *fds, const struct pollfd *from, nfds_t n)
{
	int ready = 0;

	for (nfds_t i = 0; i < n; i++) {
		if (from[i].fd == fds[i].fd) {
			fds[i].revents = from[i].revents;
			ready += from[i].revents != 0;
		} else {
			fds[i].revents = 0;
			if (from[i].revents != 0)
				return -1;
		}
	}
	return ready;
}

static int poll_substituted(struct pollfd *fds, nfds_t n,
			    const struct timespec *timeout,
			    const sigset_t *mask, struct pollfd *own, int bell)
{
	int64_t end = timeout != NULL ? now_ns() + timeout->tv_sec * SECOND +
						timeout->tv_nsec
				      : 0;
	struct timespec left, *wait = NULL;
	struct timespec slice = { 0 };
	bool tick, cut, rung = false;
	int r, ready;

	for (;;) {
		if (timeout != NULL) {
			int64_t ns = end - now_ns();

			if (ns < 0)
				ns = 0;
			left.tv_sec = ns / SECOND;
			left.tv_nsec = ns % SECOND;
			wait = &left;
		}
		if (bell >= 0)
			bell_clear(bell, rung);
		if (!substitute(own, fds, n, bell >= 0 ? bell_fd(bell) : -1,
				&tick)) {
			r = libc(ppoll)(fds, n, wait, mask);
			return r < 0 ? -errno : r;
		}
		slice.tv_nsec = tick ? TICK_NS : SLICE_NS;
		cut = wait == NULL || left.tv_sec > 0 ||
		      left.tv_nsec > slice.tv_nsec;
		r = libc(ppoll)(own, n, cut ? &slice : wait, mask);
		if (r < 0) {
			/* Also then the kernel says that nothing is ready. */
			for (nfds_t i = 0; errno == EINTR && i < n; i++)
				fds[i].revents = 0;
			return -errno;
		}
		ready = results(fds, own, n);
		rung = ready < 0;
		if (ready > 0 || (ready == 0 && !cut))
			return ready;
	}
}

int ready_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		const sigset_t *mask)
{
	bool sleeps = timeout == NULL || timeout->tv_sec > 0 ||
		      timeout->tv_nsec > 0;
	size_t size = n * sizeof(*fds);
	struct pollfd *own;
	int saved = errno, bell, r;

	if (timeout != NULL && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 ||
				timeout->tv_nsec >= SECOND))
		return -EINVAL;
	if (timeout != NULL && timeout->tv_sec > FOR_EVER)
		timeout = NULL;
	if (n <= ON_STACK)
		own = alloca(size);
	else
		own = sys_mmap(size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (own == MAP_FAILED)
		return -ENOMEM;
	bell = sleeps ? bell_take() : -1;
	r = poll_substituted(fds, n, timeout, mask, own, bell);
	if (bell >= 0)
		bell_give_back(bell);
	if (n > ON_STACK)
		sys_munmap(own, size);
	errno = saved;
	return r;
}

/* --- select -------------------------------------------------------------- */

/* fd_set as the kernel sees it: bits of any number of longs. */
static bool has(const fd_set *set, int fd)
{
	const unsigned long *bits = (const unsigned long *)set;
	unsigned width = 8 * sizeof(*bits);

	return set != NULL &&
	       (bits[(unsigned)fd / width] >> ((unsigned)fd % width) & 1) != 0;
}

static void put(fd_set *set, int fd, bool on)
{
	unsigned long *bits = (unsigned long *)set;
	unsigned width = 8 * sizeof(*bits);
	unsigned long bit = 1ul << ((unsigned)fd % width);

	if (set == NULL)
		return;
	if (on)
		bits[(unsigned)fd / width] |= bit;
	else
		bits[(unsigned)fd / width] &= ~bit;
}

static bool set_is_readable(const fd_set *set, int n)
{
	return set == NULL || memory_is_readable(set, ((size_t)n + 7) / 8);
}

bool ready_concerns_select(int n, const fd_set *r, const fd_set *w,
			   const fd_set *x)
{
	if (n <= 0 || n > FD_TABLE_SIZE || !set_is_readable(r, n) ||
	    !set_is_readable(w, n) || !set_is_readable(x, n))
		return false;
	for (int fd = 0; fd < n; fd++)
		if (fd_is_conn(fd_get(fd)) &&
		    (has(r, fd) || has(w, fd) || has(x, fd)) && is_pending(fd))
			return true;
	return false;
}

/* What the kernel's select takes for readable, writable, exceptional. */
#define SELECT_IN  (POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR)
#define SELECT_OUT (POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR)
#define SELECT_EX  POLLPRI

static unsigned collect(struct pollfd *p, int n, const fd_set *r,
			const fd_set *w, const fd_set *x)
{
	unsigned k = 0;

	for (int fd = 0; fd < n; fd++) {
		short events = (short)((has(r, fd) ? POLLIN : 0) |
				       (has(w, fd) ? POLLOUT : 0) |
				       (has(x, fd) ? POLLPRI : 0));

		if (events != 0)
			p[k++] = (struct pollfd){ .fd = fd, .events = events };
	}
	return k;
}

/* Return: how many bits are set in the end, or -EBADF */
static int distribute(const struct pollfd *p, unsigned k, fd_set *r, fd_set *w,
		      fd_set *x)
{
	int bits = 0;

	for (unsigned i = 0; i < k; i++)
		if ((p[i].revents & POLLNVAL) != 0)
			return -EBADF;
	for (unsigned i = 0; i < k; i++) {
		/* Those set aside come back with nothing. */
		int fd = p[i].fd >= 0 ? p[i].fd : -1 - p[i].fd;
		bool in = has(r, fd) && (p[i].revents & SELECT_IN) != 0;
		bool out = has(w, fd) && (p[i].revents & SELECT_OUT) != 0;
		bool ex = has(x, fd) && (p[i].revents & SELECT_EX) != 0;

		put(r, fd, in);
		put(w, fd, out);
		put(x, fd, ex);
		bits += in + out + ex;
	}
	return bits;
}

/* Is there anything in it that select(2) was asked for? */
static bool is_asked(const struct pollfd *p, const fd_set *r, const fd_set *w,
		     const fd_set *x)
{
	return (p->revents & POLLNVAL) != 0 ||
	       (has(r, p->fd) && (p->revents & SELECT_IN) != 0) ||
	       (has(w, p->fd) && (p->revents & SELECT_OUT) != 0) ||
	       (has(x, p->fd) && (p->revents & SELECT_EX) != 0);
}

/*
 * poll(2) reports hang-ups and errors unasked. What has nothing else to report
 * is not waited for any more.
 */
static int select_poll(struct pollfd *p, unsigned k, fd_set *r, fd_set *w,
		       fd_set *x, const struct timespec *timeout,
		       const sigset_t *mask)
{
	int64_t end = timeout != NULL ? now_ns() + timeout->tv_sec * SECOND +
						timeout->tv_nsec
				      : 0;
	struct timespec left = { 0 };

	if (timeout != NULL)
		left = *timeout;
	for (;;) {
		int result = ready_ppoll(p, k, timeout != NULL ? &left : NULL,
					 mask);
		bool asked = false;
		int64_t ns;

		if (result < 0)
			return result;
		for (unsigned i = 0; i < k; i++)
			asked |= p[i].fd >= 0 && is_asked(&p[i], r, w, x);
		if (result == 0 || asked)
			return distribute(p, k, r, w, x);
		for (unsigned i = 0; i < k; i++)
			if (p[i].revents != 0)
				p[i].fd = -1 - p[i].fd;
		ns = timeout != NULL ? end - now_ns() : 0;
		if (ns < 0)
			ns = 0;
		left.tv_sec = ns / SECOND;
		left.tv_nsec = ns % SECOND;
	}
}

int ready_pselect(int n, fd_set *r, fd_set *w, fd_set *x,
		  const struct timespec *timeout, const sigset_t *mask)
{
	size_t size = (size_t)n * sizeof(struct pollfd);
	struct pollfd *p;
	unsigned k;
	int result;

	if (timeout != NULL && timeout->tv_sec > FOR_EVER)
		timeout = NULL;
	if (n <= ON_STACK)
		p = alloca(size);
	else
		p = sys_mmap(size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (p == MAP_FAILED)
		return -ENOMEM;
	k = collect(p, n, r, w, x);
	result = select_poll(p, k, r, w, x, timeout, mask);
	if (n > ON_STACK)
		sys_munmap(p, size);
	return result;
}
