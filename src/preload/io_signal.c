/* SPDX-License-Identifier: MIT */
#include "preload/io_signal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "libc/sys.h"

static atomic_bool asked;

void io_signal_asked(void)
{
	atomic_store_explicit(&asked, true, memory_order_relaxed);
}

bool io_signal_possible(void)
{
	return atomic_load_explicit(&asked, memory_order_relaxed);
}

static long send_signal(const struct f_owner_ex *owner, int sig, int number)
{
	siginfo_t info = { 0 };

	info.si_signo = sig;
	info.si_code = SI_SIGIO;
	info.si_band = POLLOUT | POLLWRNORM;
	info.si_fd = number;
	switch (owner->type) {
	case F_OWNER_TID:
		return sys(SYS_rt_tgsigqueueinfo, getpid(), owner->pid, sig,
			   &info);
	case F_OWNER_PGRP: /* siginfo is for single processes */
		return sys(SYS_kill, -owner->pid, sig);
	case F_OWNER_PID:
	default:
		return sys(SYS_rt_sigqueueinfo, owner->pid, sig, &info);
	}
}

void io_signal_send(int fd, int number)
{
	struct f_owner_ex owner = { 0 };
	int flags = sys_fcntl(fd, F_GETFL, 0), sig;

	if (flags < 0 || (flags & O_ASYNC) == 0 ||
	    sys_fcntl(fd, F_GETOWN_EX, (long)&owner) < 0 || owner.pid == 0)
		return;
	sig = sys_fcntl(fd, F_GETSIG, 0);
	/* As the kernel: no room in the queue, then SIGIO, which needs none. */
	if (sig > 0 && send_signal(&owner, sig, number) != -EAGAIN)
		return;
	send_signal(&owner, SIGIO, number);
}
