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

uint64_t sock_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

bool sock_signal_interrupts(void)
{
	struct sigaction sa;
	bool interrupts = false;
	int saved = errno;

	for (int sig = 1; sig < NSIG && !interrupts; sig++) {
		/* Some signals are libc's own, and an error to ask for. */
		interrupts = sigaction(sig, NULL, &sa) == 0 &&
			     ((sa.sa_flags & SA_SIGINFO) != 0 ||
			      (sa.sa_handler != SIG_DFL &&
			       sa.sa_handler != SIG_IGN)) &&
			     (sa.sa_flags & SA_RESTART) == 0;
	}
	errno = saved;
	return interrupts;
}

int sock_wait_poll(int fd, short events, int ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int saved = errno, r = libc(poll)(&p, 1, ms);

	if (r < 0)
		r = -errno;
	errno = saved;
	return r;
}
