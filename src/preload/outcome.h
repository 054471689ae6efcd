/* SPDX-License-Identifier: MIT */
/*
 * How connections that are made in the background end: in memory that forked
 * processes share, so that all who have the socket learn it.
 *
 * DOC: Theory of operation
 *
 * There is one word for each, with a ticket that is never given out twice:
 *
 *   ticket | somebody sleeps on it | enum conn_state | errno
 *
 * Words are used again when there is nothing left to be told. Who holds a
 * ticket whose word is another's by then has not asked for a long time: it has
 * come to its end, and the kernel says how. A word that says CONN_PENDING is
 * never taken away, whatever has become of its owner.
 *
 * Lock-free; async-signal-safe; leaves errno alone. Ticket 0 is none.
 */
#ifndef PRELOAD_OUTCOME_H
#define PRELOAD_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "preload/conn.h"

/** outcome_set_up() - Return: false if the memory is not to be had */
bool outcome_set_up(void);

/** outcome_take() - one that is CONN_PENDING; Return: 0: there is none free */
uint64_t outcome_take(void);

/** outcome_state() - CONN_FRESH of none, CONN_DONE of one long past */
enum conn_state outcome_state(uint64_t ticket);

/** outcome_error() - positive errno of CONN_FAILED that is still untold, or 0 */
int outcome_error(uint64_t ticket);

/** outcome_take_error() - and it is told by that: 0 afterwards */
int outcome_take_error(uint64_t ticket);

/** outcome_set() - and wake whoever sleeps on it, in any process */
void outcome_set(uint64_t ticket, enum conn_state state, int error);

/**
 * outcome_wait() - while it is CONN_PENDING
 * @limit: at most so long; NULL: then it is restarted after signal handlers
 * with SA_RESTART, as connect(2) is
 * Return: 0: look again; -EINTR or -ETIMEDOUT
 */
int outcome_wait(uint64_t ticket, const struct timespec *limit);

#endif
