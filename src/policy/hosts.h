/* SPDX-License-Identifier: MIT */
/*
 * hosts(5) and resolv.conf(5), read from text that the caller brings: libc's
 * own readers would also ask daemons. Pure: no I/O, no allocation, no errno;
 * async-signal-safe.
 */
#ifndef POLICY_HOSTS_H
#define POLICY_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "socks/endpoint.h"

#define RESOLV_SERVERS_MAX 3 /* MAXNS of resolv.h */

/**
 * hosts_by_name() - the addresses that hosts(5) gives a name
 * @family: AF_INET, AF_INET6 or AF_UNSPEC (both)
 * @canonical: NULL, or set to the line's first name if one was found
 * Return: how many were written to @ep (at most @max), in the file's order
 */
size_t hosts_by_name(const char *text, size_t len, const char *name,
		     int family, struct endpoint *ep, size_t max,
		     struct endpoint *canonical);

/**
 * hosts_by_address() - the first name that hosts(5) gives an address
 * @name: becomes an ENDPOINT_NAME
 */
bool hosts_by_address(const char *text, size_t len, const struct endpoint *ep,
		      struct endpoint *name);

/**
 * resolv_servers() - the "nameserver" lines of resolv.conf(5), port 53
 * Return: how many; 0 means 127.0.0.1, as the manual says
 */
size_t resolv_servers(const char *text, size_t len,
		      struct endpoint ep[static RESOLV_SERVERS_MAX]);

/** host_is_localhost() - "localhost" and all under it, RFC 6761 section 6.3 */
bool host_is_localhost(const char *name, size_t len);

/**
 * host_is_impossible() - a name that cannot exist in the DNS: empty, over 253
 * octets, an empty label or one over 63 octets, or under "invalid" (RFC 6761
 * section 6.4). One trailing dot is allowed.
 */
bool host_is_impossible(const char *name, size_t len);

/**
 * host_is_hostname() - no ASCII but letters, digits, '-', '_' and '.': others,
 * which the DNS allows, getaddrinfo(3) finds in hosts(5) alone
 */
bool host_is_hostname(const char *name, size_t len);

#endif
