/* SPDX-License-Identifier: MIT */
/*
 * What this process knows of the run: start-up and the hidden descriptors.
 *
 * DOC: Theory of operation
 *
 * Start-up only reads the environment; it runs from our constructor or from
 * the first hook that needs it, whichever comes first (other libraries'
 * constructors may call us before ours has run). The run state is mapped at
 * the first network call or exec. Before that nothing of ours exists in the
 * process: no descriptor but the inherited ones, no thread, no memory.
 *
 * Every function here is thread-safe and async-signal-safe, takes no lock,
 * leaves errno alone, and may be called in a vfork child: what it writes is
 * what the parent would write.
 */
#ifndef PRELOAD_STATE_H
#define PRELOAD_STATE_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "exec/env.h"
#include "policy/run.h"

/*
 * Descriptors below this are certainly not hidden: the one comparison that
 * close(2) and its relatives pay. 0 until start-up.
 */
extern int state_lowest_hidden;

/** state_run() - the run; NULL if there is none: then nothing may go out */
struct run *state_run(void);

/** state_is_hidden() - is this descriptor ours? (slow path) */
bool state_is_hidden(int fd);

/** fd_is_hidden() - is this descriptor ours, out of the program's sight? */
static inline bool fd_is_hidden(int fd)
{
	int lowest = __atomic_load_n(&state_lowest_hidden, __ATOMIC_RELAXED);

	return __builtin_expect(fd >= lowest, 0) &&
	       state_is_hidden(fd);
}

/** state_note_hidden() - a descriptor of ours that fd_table marks so */
void state_note_hidden(int fd);

/** state_next_hidden() - the lowest hidden descriptor above @fd, or -1 */
int state_next_hidden(int fd);

/**
 * state_give_way() - the program takes the number of a hidden descriptor:
 * ours moves to another
 * @ours: certainly not a vfork child, whose descriptors are not its parent's
 */
void state_give_way(int fd, bool ours);

/**
 * state_exec_env() - what programs that are executed must find in their
 * environment; false if this process belongs to no run
 * @datagrams: UDP sockets are handed over (udp_exec.h)
 */
bool state_exec_env(struct exec_env *want, bool datagrams);

/**
 * state_mark_datagrams() - from now on this program has such, for programs that
 * libc executes by itself, system(3) say: our variable in environ tells them
 */
void state_mark_datagrams(void);

/** state_has_datagrams() - was this program told that it inherits such? */
bool state_has_datagrams(void);

/** state_now() - CLOCK_MONOTONIC, seconds; no system call */
uint32_t state_now(void);

/** hook_result() - a result or -errno becomes libc's convention */
static inline long hook_result(long r)
{
	if (r >= 0)
		return r;
	errno = (int)-r;
	return -1;
}

#endif
