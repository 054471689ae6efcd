/* SPDX-License-Identifier: MIT */
/*
 * Which addresses does a program get for a name? Local names (localhost,
 * /etc/hosts, the machine's own) have theirs; names that cannot exist have
 * none; every other name gets a fake address, and the proxy will resolve it.
 * For a name that a rule sends direct, the real addresses are looked up as
 * well and kept beside the fake.
 *
 * Thread-safe, no allocation, not for signal handlers; leaves errno alone.
 */
#ifndef SOCK_RESOLVE_H
#define SOCK_RESOLVE_H

#include <stdbool.h>

#include "policy/run.h"

#define RESOLVED_MAX 16

enum resolve_result {
	RESOLVE_OK,
	RESOLVE_NO_NAME, /* there is no such name (HOST_NOT_FOUND) */
	RESOLVE_NO_DATA, /* it has no address of that family (NO_DATA) */
	RESOLVE_AGAIN,   /* not now (TRY_AGAIN): the table is full */
	RESOLVE_FAIL,    /* never (NO_RECOVERY): there is no run */
};

struct resolved {
	unsigned count;
	bool fake;
	struct endpoint addr[RESOLVED_MAX]; /* port 0 */
	struct endpoint canonical;          /* ENDPOINT_NAME */
};

/**
 * resolve_name() - look up a name that is not a literal
 * @family: AF_INET, AF_INET6, or AF_UNSPEC: then a fake has ONE address, of
 *          the family that reaches the proxy, IPv4 if both do
 */
enum resolve_result resolve_name(struct run *run, const char *name, int family,
				 struct resolved *r);

/**
 * resolve_address() - the name of an address: a fake's, or from /etc/hosts
 * @name: becomes an ENDPOINT_NAME
 */
bool resolve_address(struct run *run, const struct endpoint *ep,
		     struct endpoint *name);

/**
 * resolve_query() - answer one DNS query as design "DNS" says: from a name
 * server at a public address, through the proxy; else A, AAAA and PTR from
 * the name table and no data for other types (HTTPS and SVCB above all: their
 * hints would lead past the fakes)
 * Return: the answer's length, which may exceed @cap, or -errno
 */
ssize_t resolve_query(struct run *run, const uint8_t *query, size_t n,
		      uint8_t *answer, size_t cap);

/**
 * resolve_stub() - the same in the place of a name server that is never asked:
 * always from the name table
 * Return: the answer's length, or -errno: -EINVAL for what is no query
 */
ssize_t resolve_stub(struct run *run, const uint8_t *query, size_t n,
		     uint8_t *answer, size_t cap);

#endif
