/* SPDX-License-Identifier: MIT */
/*
 * One question to one name server over TCP (RFC 1035 section 4.2.2, RFC
 * 7766), through the proxy or, for names that a rule sends direct, past it.
 * Blocks at most DNS_TIMEOUT seconds a step. Thread-safe, no allocation;
 * leaves errno alone.
 */
#ifndef SOCK_DNS_QUERY_H
#define SOCK_DNS_QUERY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "policy/run.h"

#define DNS_TIMEOUT 5 /* RES_TIMEOUT of resolv.h */

/**
 * dns_query() - ask @server
 * @route: ROUTE_PROXY or ROUTE_DIRECT
 * @answer: filled up to @cap octets
 * Return: the answer's full length, which may be more than @cap, or -errno
 */
ssize_t dns_query(struct run *run, const struct endpoint *server,
		  enum route route, const uint8_t *query, size_t n,
		  uint8_t *answer, size_t cap);

#endif
