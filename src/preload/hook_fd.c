/* SPDX-License-Identifier: MIT */
/*
 * Hooks: close(2), close_range(2), closefrom(3), dup2(2), dup3(2) and
 * fcntl(2). The hidden descriptors survive whatever a program does to numbers
 * that it never opened; all else is the kernel's, errors included.
 */
#include <errno.h>
#include <stdarg.h>
#include <sys/resource.h>

#include "libc/libc.h"
#include "libc/sys.h"
#include "preload/state.h"

EXPORT int close(int fd)
{
	/*
	 * 0, not EBADF: who closes what /proc/self/fd lists takes an error
	 * for a fault of its own.
	 */
	if (fd_is_hidden(fd))
		return 0;
	return libc(close)(fd);
}

EXPORT __typeof__(close) __close __attribute__((alias("close")));

/* The ranges between the hidden descriptors, each by one call. */
static int close_around(unsigned first, unsigned last, int flags)
{
	int hidden[HIDDEN_MAX];
	unsigned n = state_hidden(hidden);

	for (unsigned i = 0; i < n; i++) {
		unsigned h = (unsigned)hidden[i];

		if (h < first || h > last)
			continue;
		if (h > first &&
		    libc(close_range)(first, h - 1, flags) < 0)
			return -1;
		if (h == last)
			return 0;
		first = h + 1;
	}
	return libc(close_range)(first, last, flags);
}

EXPORT int close_range(unsigned first, unsigned last, int flags)
{
	if (first > last)
		return libc(close_range)(first, last, flags);
	return close_around(first, last, flags);
}

EXPORT void closefrom(int low)
{
	struct rlimit limit;
	int saved = errno;

	if (low < 0)
		low = 0;
	if (close_around((unsigned)low, ~0u, 0) < 0) {
		/* A kernel, or a filter, without close_range(2). */
		if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
			limit.rlim_cur = 1024;
		for (int fd = low; (rlim_t)fd < limit.rlim_cur; fd++)
			if (!fd_is_hidden(fd))
				sys_close(fd);
	}
	errno = saved;
}

EXPORT int dup2(int old, int new)
{
	if (fd_is_hidden(new))
		state_give_way(new);
	return libc(dup2)(old, new);
}

EXPORT __typeof__(dup2) __dup2 __attribute__((alias("dup2")));

EXPORT int dup3(int old, int new, int flags)
{
	if (fd_is_hidden(new))
		state_give_way(new);
	return libc(dup3)(old, new, flags);
}

EXPORT int fcntl(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	/* Close-on-exec would take the run from the program's children. */
	if (unlikely(cmd == F_SETFD) && fd_is_hidden(fd))
		return 0;
	return libc(fcntl)(fd, cmd, arg);
}

EXPORT __typeof__(fcntl) __fcntl __attribute__((alias("fcntl")));
EXPORT __typeof__(fcntl) fcntl64 __attribute__((alias("fcntl")));
