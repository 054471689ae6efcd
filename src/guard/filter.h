/* SPDX-License-Identifier: MIT */
/*
 * The deny filter: what the preloaded library cannot see must not get out.
 * Static programs, raw system calls and io_uring are let run, but get no
 * network socket. One seccomp filter, inherited by everything under the run;
 * our own calls pass by a 64-bit cookie in socket(2)'s fourth argument
 * register, which the kernel ignores.
 *
 * A guard against accidents, not against malice: who reads our memory passes.
 */
#ifndef GUARD_FILTER_H
#define GUARD_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILTER_MAX 64 /* instructions, more than any architecture needs */

/* An architecture, with the 32-bit side that its kernel also serves. */
struct filter_arch {
	uint32_t arch; /* AUDIT_ARCH_* */
	uint32_t socket, io_uring_setup;
	uint32_t other_abi; /* numbers from here on are another ABI's (x32);
			       0: there is none */
	uint32_t compat_arch;
	uint32_t compat_socket, compat_io_uring_setup;
	uint32_t compat_socketcall; /* 0: there is none */
};

extern const struct filter_arch filter_x86_64, filter_aarch64;

/**
 * filter_build() - write the filter's program; pure
 * Return: instructions written, 0 if @cap is too small
 */
size_t filter_build(struct sock_filter *prog, size_t cap, uint64_t cookie,
		    const struct filter_arch *arch);

/**
 * filter_install() - put the calling thread and all it starts under the
 * filter, for good
 * @no_new_privs_set: set to whether set-id programs gain nothing from now on
 *                    because of it; only done where the kernel demands it
 * Return: 0, or -errno
 */
int filter_install(uint64_t cookie, bool *no_new_privs_set);

#endif
