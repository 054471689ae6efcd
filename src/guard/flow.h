/* SPDX-License-Identifier: MIT */
/*
 * A connected UDP socket of a program that the library is not in. It is
 * connected to a socket of ours on loopback, which passes on what comes, to
 * the proxy's relay (RFC 1928 section 7) or to whoever answers in the place of
 * a name server. May call sock/, policy/ and below.
 */
#ifndef GUARD_FLOW_H
#define GUARD_FLOW_H

#include <stdbool.h>
#include <sys/socket.h>

#include "guard/loop.h"
#include "guard/tracee.h"
#include "policy/destination.h"

/**
 * flow_connect() - connect(2) of a UDP socket, to be carried
 * @fd: a copy of it, which stays the caller's
 * @from: where it is from
 * @family: of the sockaddr that the program gave
 * @d: judged: ROUTE_PROXY, or a name server in whose place somebody answers
 * Thread-safe; does not wait. Return: what connect(2) is to return
 */
int flow_connect(struct run *run, int fd, const struct tracee_socket *from,
		 int family, const struct destination *d);

/**
 * flow_is_to() - is that socket connected to @asked, as the program sees it?
 * Thread-safe.
 */
bool flow_is_to(int fd, const struct endpoint *asked);

/** flow_drop() - it is connected to something else now; thread-safe */
void flow_drop(int fd);

/**
 * flow_are_done() - is nothing on its way any more that a program has sent?
 * For when all programs are gone; thread-safe.
 */
bool flow_are_done(void);

/** flow_tick() - a loop_tick */
int flow_tick(uint64_t now);

#endif
