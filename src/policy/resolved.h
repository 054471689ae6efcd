/* SPDX-License-Identifier: MIT */
/*
 * Which addresses does a program get for a name? Local names (localhost,
 * /etc/hosts, the machine's own) have theirs; names that cannot exist have
 * none; every other name gets a fake address, and the proxy will resolve it.
 * For a name that a rule sends direct, the real addresses are asked for as
 * well and kept beside the fake.
 *
 * Whatever needs I/O is brought by the caller, so that getaddrinfo(3), the DNS
 * stub in a program and one in another process decide alike. Pure but for the
 * name table; no allocation, no errno; as thread-safe and async-signal-safe as
 * what the caller brings. May call policy/, socks/, base/.
 */
#ifndef POLICY_RESOLVED_H
#define POLICY_RESOLVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/run.h"

#define RESOLVED_MAX 16

enum resolve_result {
	RESOLVE_OK,
	RESOLVE_NO_NAME, /* there is no such name (HOST_NOT_FOUND) */
	RESOLVE_NO_DATA, /* it has no address of that family (NO_DATA) */
	RESOLVE_AGAIN,   /* not now (TRY_AGAIN): the table is full */
	RESOLVE_FAIL,    /* never (NO_RECOVERY): there is no run */
	RESOLVE_LATER,   /* resolver.ask has said that it is not known yet */
};

struct resolved {
	unsigned count;
	bool fake;
	struct endpoint addr[RESOLVED_MAX]; /* port 0 */
	struct endpoint canonical;          /* ENDPOINT_NAME, or NONE */
};

/**
 * typedef resolver_ask - the real addresses of a name that a rule sends direct
 * Whoever must not wait for the answer sees to it that somebody asks, and says
 * that it is not known yet.
 * Return: how many were written to @real; 0: there is no such name; -1: not
 * known yet
 */
typedef int resolver_ask(void *arg, const char *name,
			 struct endpoint real[static NAMES_REAL_MAX]);

/* What a look-up draws on. */
struct resolver {
	struct run *run;      /* NULL: there is none, only local names are
				 known */
	const char *hosts;    /* the text of hosts(5), or NULL; not looked at
				 any more when @ask is called */
	size_t hosts_len;
	const char *own_name; /* the machine's, or NULL */
	bool host_names;      /* see host_is_hostname(): all else is none */
	resolver_ask *ask;
	void *arg;
	uint32_t now; /* CLOCK_MONOTONIC, seconds */
};

/**
 * resolved_name() - look up a name that is not a literal
 * @family: AF_INET, AF_INET6, or AF_UNSPEC: then a fake has ONE address, of
 *          the family that reaches the proxy, IPv4 if both do
 */
enum resolve_result resolved_name(struct resolved *r,
				  const struct resolver *from,
				  const char *name, int family);

/**
 * resolved_exists() - can there be such a name? Nothing is put into the name
 * table, and nobody is asked.
 */
bool resolved_exists(const struct resolver *from, const char *name);

/**
 * resolved_address() - the name of an address: a fake's, or a local one
 * @name: becomes an ENDPOINT_NAME
 */
bool resolved_address(const struct resolver *from, const struct endpoint *ep,
		      struct endpoint *name);

#endif
