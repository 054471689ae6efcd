/* SPDX-License-Identifier: MIT */
/*
 * The filter: what the preloaded library cannot see must not get out. Static
 * programs, raw system calls and io_uring are let run; in deny mode they get
 * no network socket, in notify mode a supervisor is asked about each call that
 * takes an address. One seccomp filter, inherited by everything under the run;
 * our own calls pass by a 64-bit cookie in argument registers that the kernel
 * ignores (libc/net.h says which).
 *
 * A guard against accidents, not against malice: who reads our memory passes.
 */
#ifndef GUARD_FILTER_H
#define GUARD_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILTER_MAX 128 /* instructions, more than any architecture needs */

enum filter_mode {
	FILTER_DENY,   /* an errno, decided by the filter alone */
	FILTER_NOTIFY, /* the holder of the listener decides */
};

/* An architecture, with the 32-bit side that its kernel also serves. */
struct filter_arch {
	uint32_t arch; /* AUDIT_ARCH_* */
	uint32_t socket, connect, sendto, sendmsg, sendmmsg, setsockopt,
		io_uring_setup;
	uint32_t other_abi; /* numbers from here on are another ABI's (x32);
			       0: there is none */
	uint32_t compat_arch;
	uint32_t compat_socket, compat_connect, compat_sendto, compat_sendmsg,
		compat_sendmmsg, compat_setsockopt, compat_io_uring_setup;
	uint32_t compat_socketcall; /* 0: there is none */
};

extern const struct filter_arch filter_x86_64, filter_aarch64;

/**
 * filter_build() - write the filter's program; pure
 * @cookie: its low half not 0, which unmarked flags of sendto(2) show
 * Return: instructions written, 0 if @cap is too small
 */
size_t filter_build(struct sock_filter *prog, size_t cap, uint64_t cookie,
		    const struct filter_arch *arch, enum filter_mode mode);

/**
 * filter_install() - put the calling thread and all it starts under the
 * filter, for good
 * @no_new_privs_set: set to whether set-id programs gain nothing from now on
 *                    because of it; only done where the kernel demands it
 * Return: FILTER_DENY: 0; FILTER_NOTIFY: the listener, close-on-exec; or
 * -errno (EBUSY: somebody else listens already), seccomp(2)
 */
int filter_install(uint64_t cookie, enum filter_mode mode,
		   bool *no_new_privs_set);

/**
 * filter_can_notify() - does this kernel know listeners, and may we have one?
 * Changes nothing. Return: 0, or -errno
 */
int filter_can_notify(void);

#endif
