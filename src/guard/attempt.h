/* SPDX-License-Identifier: MIT */
/*
 * A connection of our own by way of the proxy, made in the loop: for a
 * program's TCP connection, or to control a UDP association. Only for the
 * loop's thread. May call sock/ and below.
 */
#ifndef GUARD_ATTEMPT_H
#define GUARD_ATTEMPT_H

#include "guard/loop.h"
#include "sock/tcp_attempt.h"

struct attempt {
	struct watch watch; /* first; its fd is the connection, ours to close */
	struct tcp_attempt tcp;
	/**
	 * @done: the connection stands (@error 0), or it has failed with the
	 * positive @error; its watch is off. Called once, maybe before
	 * attempt_connect() returns.
	 */
	void (*done)(struct attempt *a, int error);
	struct attempt *next, **at; /* of those that go on */
};

/** attempt_connect() - begin to connect to @target */
void attempt_connect(struct attempt *a, struct run *run,
		     const struct endpoint *target);

/** attempt_associate() - begin a control connection (RFC 1928 section 7) */
void attempt_associate(struct attempt *a, struct run *run);

/** attempt_close() - close the connection, in whatever state it is */
void attempt_close(struct attempt *a);

/** attempt_tick() - a loop_tick */
int attempt_tick(uint64_t now);

#endif
