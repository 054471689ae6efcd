/* SPDX-License-Identifier: MIT */
/*
 * The listener of the filter: calls come in, answers go out
 * (seccomp_unotify(2)). Thread-safe. May call libc/ and base/.
 */
#ifndef GUARD_NOTIFY_H
#define GUARD_NOTIFY_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * As a call's result: the kernel handles the caller's signal and makes the call
 * again, or has it end by EINTR, as the handler's SA_RESTART says. Only for a
 * caller with a signal pending; else user space sees the number.
 */
#define NOTIFY_RESTART (-512) /* -ERESTARTSYS */

/**
 * notify_receive() - the next call
 * Waits until there is one: poll(2) before, and even so one may be gone again.
 * Return: 0; -EAGAIN: it has gone; or another -errno
 */
int notify_receive(int listener, struct seccomp_notif *call);

/** notify_is_valid() - does its caller still wait? */
bool notify_is_valid(int listener, uint64_t id);

/**
 * notify_answer() - the call returns @result, or fails with -@result
 * A caller that waits no longer is nobody's loss.
 */
void notify_answer(int listener, uint64_t id, int64_t result);

/** notify_continue() - let the kernel do what was asked for, as it is by then */
void notify_continue(int listener, uint64_t id);

#endif
