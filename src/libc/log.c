/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "libc/libc.h"
#include "libc/log.h"
#include "libc/sys.h"

static int log_fd = -1;

void log_set_fd(int fd)
{
	__atomic_store_n(&log_fd, fd, __ATOMIC_RELAXED);
}

void log_release(void)
{
	int fd = __atomic_load_n(&log_fd, __ATOMIC_RELAXED);
	int null = sys_open("/dev/null", O_WRONLY);

	/* A line that is being written must not get into another file. */
	if (fd >= 0 && null >= 0)
		sys(SYS_dup3, null, fd, O_CLOEXEC);
	if (null >= 0)
		sys_close(null);
}

/*
 * SIGPIPE is blocked for the thread around the write, and taken back if it
 * was not pending before: the reader of our lines may be gone.
 */
void log_line(const struct text *t)
{
	char line[LOG_LINE_MAX + 1];
	size_t n = t->len < LOG_LINE_MAX ? t->len : LOG_LINE_MAX;
	int fd = __atomic_load_n(&log_fd, __ATOMIC_RELAXED);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	struct timespec none = { 0 };
	sigset_t pipe_set, old, pending;
	bool was_pending;
	int saved = errno;

	if (fd < 0)
		return;
	memcpy(line, t->buf, n);
	line[n++] = '\n';

	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	sigpending(&pending);
	was_pending = sigismember(&pending, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_set, &old);
	if (sys(SYS_ppoll, &p, 1, &none, NULL, 0) == 1 && (p.revents & POLLOUT) &&
	    sys(SYS_write, fd, line, n) == -EPIPE && !was_pending)
		sigtimedwait(&pipe_set, NULL, &none);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	errno = saved;
}
