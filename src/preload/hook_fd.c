/* SPDX-License-Identifier: MIT */
/*
 * Hooks: close(2), close_range(2), closefrom(3), fclose(3), freopen(3), dup(2),
 * dup2(2), dup3(2) and fcntl(2). The hidden descriptors survive whatever a
 * program does to numbers that it never opened; all else is the kernel's,
 * errors included.
 */
#include <errno.h>
#include <linux/close_range.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <unistd.h>

#include "libc/libc.h"
#include "libc/sys.h"
#include "preload/conn.h"
#include "preload/fd_life.h"
#include "preload/io_signal.h"
#include "preload/state.h"

EXPORT int close(int fd)
{
	/*
	 * 0, not EBADF: who closes what /proc/self/fd lists takes an error
	 * for a fault of its own.
	 */
	if (fd_is_hidden(fd))
		return 0;
	fd_closing(fd);
	return libc(close)(fd);
}

EXPORT __typeof__(close) __close __attribute__((alias("close")));

/* The ranges between the hidden descriptors, each by one call. */
static int close_around(unsigned first, unsigned last, int flags)
{
	int h_fd = -1;

	if (((unsigned)flags & ~CLOSE_RANGE_UNSHARE) == 0)
		fd_closing_range(first, last);
	/* Our thread would stay behind with the old table. */
	if (((unsigned)flags & CLOSE_RANGE_UNSHARE) != 0)
		conn_quiesce();
	while ((h_fd = state_next_hidden(h_fd)) >= 0) {
		unsigned h = (unsigned)h_fd;

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

/* The program takes the number of a hidden descriptor: ours moves. */
static void give_way(int fd)
{
	if (fd_get(fd) == FD_HIDDEN)
		conn_give_way(fd);
	else
		state_give_way(fd, conn_table_is_ours());
}

/* They close inside libc, where no hook is; and even where they fail. */
EXPORT int fclose(FILE *file)
{
	fd_closing(file->_fileno); /* negative: it has none */
	return libc(fclose)(file);
}

EXPORT FILE *freopen(const char *path, const char *mode, FILE *file)
{
	fd_closing(file->_fileno);
	return libc(freopen)(path, mode, file);
}

EXPORT __typeof__(freopen) freopen64 __attribute__((alias("freopen")));

EXPORT int dup(int old)
{
	int r = libc(dup)(old);

	if (r >= 0)
		fd_duplicated(old, r);
	return r;
}

EXPORT int dup2(int old, int new)
{
	int r;

	if (fd_is_hidden(new))
		give_way(new);
	fd_overwriting(new);
	r = libc(dup2)(old, new);
	if (r >= 0 && old != new) {
		fd_overwritten(new);
		fd_duplicated(old, r);
		if (new <= STDERR_FILENO && udp_concerns(new))
			udp_becomes_stdio(new);
	}
	return r;
}

EXPORT __typeof__(dup2) __dup2 __attribute__((alias("dup2")));

EXPORT int dup3(int old, int new, int flags)
{
	int r;

	if (fd_is_hidden(new))
		give_way(new);
	fd_overwriting(new);
	r = libc(dup3)(old, new, flags);
	if (r >= 0 && old != new) {
		fd_overwritten(new);
		fd_duplicated(old, r);
		if (new <= STDERR_FILENO && udp_concerns(new))
			udp_becomes_stdio(new);
	}
	return r;
}

EXPORT int fcntl(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;
	int r;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	/* Close-on-exec would take the run from the program's children. */
	if (unlikely(cmd == F_SETFD) && fd_is_hidden(fd))
		return 0;
	if (cmd == F_SETFL && ((long)arg & O_ASYNC) != 0)
		io_signal_asked();
	r = libc(fcntl)(fd, cmd, arg);
	if ((cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC) && r >= 0)
		fd_duplicated(fd, r);
	return r;
}

EXPORT __typeof__(fcntl) __fcntl __attribute__((alias("fcntl")));
EXPORT __typeof__(fcntl) fcntl64 __attribute__((alias("fcntl")));
