/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

#include "libc/libc.h"
#include "sock/wait.h"

uint64_t sock_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t sock_about_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t sock_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

enum { RESTARTING = 1, INTERRUPTING = 2 };

/* Of what a thread has done itself: it does not wait then. */
static bool is_fault(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE ||
	       sig == SIGILL || sig == SIGTRAP;
}

/* Which of the kinds in @enough are there? */
static int handlers(int enough)
{
	struct sigaction sa;
	int kinds = 0, saved = errno;

	for (int sig = 1; sig < NSIG && (kinds & enough) != enough; sig++) {
		/* Some signals are libc's own, and an error to ask for. */
		if (is_fault(sig) || sigaction(sig, NULL, &sa) < 0 ||
		    ((sa.sa_flags & SA_SIGINFO) == 0 &&
		     (sa.sa_handler == SIG_DFL || sa.sa_handler == SIG_IGN)))
			continue;
		kinds |= (sa.sa_flags & SA_RESTART) != 0 ? RESTARTING
							 : INTERRUPTING;
	}
	errno = saved;
	return kinds & enough;
}

bool sock_signal_interrupts(void)
{
	return handlers(INTERRUPTING) != 0;
}

bool sock_signals_differ(void)
{
	return handlers(RESTARTING | INTERRUPTING) ==
	       (RESTARTING | INTERRUPTING);
}

int sock_wait_poll(void *arg, int fd, short events, int ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int saved = errno, r = libc(poll)(&p, 1, ms);

	(void)arg;
	if (r < 0)
		r = -errno;
	errno = saved;
	return r;
}
