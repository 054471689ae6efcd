/* SPDX-License-Identifier: MIT */
/*
 * What the program asked for, per proxied socket: the answer of
 * getpeername(2), for every process that holds the socket, whether it got it
 * by fork, exec, dup or SCM_RIGHTS. Keyed by the kernel's socket cookie
 * (SO_COOKIE: unique while the machine runs), so that no descriptor has to be
 * followed and nothing is done at close. When the places that a cookie may
 * use are all taken, the oldest socket gives way.
 *
 * Works on memory that it is given. Lock-free, thread-safe,
 * async-signal-safe, safe against a process killed at any instruction; no
 * I/O, no allocation, no errno.
 */
#ifndef POLICY_PEERS_H
#define POLICY_PEERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "socks/endpoint.h"

#define PEERS_PLACES 131072u /* a power of two */
#define PEERS_PROBES 16u

struct peer {
	_Atomic uint64_t cookie; /* 0: free; all ones: being written */
	_Atomic uint64_t addr[2]; /* IPv6 or v4-mapped, network order */
	_Atomic uint64_t rest;    /* port, scope id */
};

struct peers {
	struct peer place[PEERS_PLACES];
};

/** peers_put() - note the address (never a name) that @cookie stands for */
void peers_put(struct peers *p, uint64_t cookie, const struct endpoint *ep);

/** peers_get() - Return: false if nothing is known of @cookie */
bool peers_get(const struct peers *p, uint64_t cookie, struct endpoint *ep);

/** peers_drop() - @cookie's socket is not connected any more */
void peers_drop(struct peers *p, uint64_t cookie);

#endif
