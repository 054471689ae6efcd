/* SPDX-License-Identifier: MIT */
/*
 * policy/resolved with what this machine says: /etc/hosts, the machine's name,
 * and its name servers for the names that a rule sends direct.
 *
 * Thread-safe, no allocation, not for signal handlers; leaves errno alone.
 */
#ifndef SOCK_RESOLVE_H
#define SOCK_RESOLVE_H

#include <stdbool.h>

#include "policy/resolved.h"

/**
 * resolve_name() - resolved_name(); never RESOLVE_LATER: what is to be asked
 * directly is waited for
 */
enum resolve_result resolve_name(struct run *run, const char *name, int family,
				 struct resolved *r);

/** resolve_address() - resolved_address() */
bool resolve_address(struct run *run, const struct endpoint *ep,
		     struct endpoint *name);

/**
 * resolve_query() - answer one DNS query as design "DNS" says: from a name
 * server at a public address, through the proxy; else resolve_stub()
 * Return: the answer's length, which may exceed @cap, or -errno
 */
ssize_t resolve_query(struct run *run, const uint8_t *query, size_t n,
		      uint8_t *answer, size_t cap);

/**
 * resolve_stub() - dns_stub_answer(), in the place of a name server that is
 * never asked; waits for what is to be asked directly
 * Return: the answer's length, or -errno: -EINVAL for what is no query
 */
ssize_t resolve_stub(struct run *run, const uint8_t *query, size_t n,
		     uint8_t *answer, size_t room, bool tcp);

#endif
