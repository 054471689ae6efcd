/* SPDX-License-Identifier: MIT */
/*
 * What a call of poll(2) or select(2) sleeps on while sockets in it are
 * pending: one eventfd for each sleeping call, whatever the number of sockets,
 * and no more than that at any time.
 *
 * DOC: Theory of operation
 *
 * The sleeper clears its bell first and then looks at the sockets' states;
 * whoever changes a state does that first and then rings. So nothing is
 * missed. A bell that has been rung and not been cleared yet is rung no more.
 *
 * The lock of conn.h keeps a bell from being closed while it is rung. Async-
 * signal-safe; leaves errno alone. In a vfork child, whose descriptors are its
 * own, there are no bells.
 */
#ifndef PRELOAD_BELL_H
#define PRELOAD_BELL_H

#include <stdbool.h>

/** bell_take() - Return: a bell; -1: none is to be had, look now and then */
int bell_take(void);

/**
 * bell_clear() - look at what it is to ring for after this
 * @heard: bell_fd() has been readable
 */
void bell_clear(int bell, bool heard);

/**
 * bell_fd() - what becomes readable; it may move (bell_give_way())
 * Return: -1: it is lost, look now and then
 */
int bell_fd(int bell);

void bell_give_back(int bell);

/** bell_trim() - there is nothing to wait for any more. Lock held */
void bell_trim(void);

/** bell_ring() - some socket is not pending any more. Lock of conn.h held */
void bell_ring(void);

/** bell_give_way() - was hidden @fd one of them? It has moved. Lock held */
bool bell_give_way(int fd);

/** bell_forked() - in the child: the parent's bells are none of its. Lock held */
void bell_forked(void);

#endif
