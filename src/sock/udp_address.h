/* SPDX-License-Identifier: MIT */
/*
 * An internet address in the room of the larger kind, as the kernel takes it.
 * Pure; async-signal-safe.
 */
#ifndef SOCK_UDP_ADDRESS_H
#define SOCK_UDP_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "socks/endpoint.h"

union udp_address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6; /* the longest */
};

/** udp_address_len() - as bind(2) wants it; 0 for an unset one */
static inline socklen_t udp_address_len(const union udp_address *a)
{
	switch (a->sa.sa_family) {
	case AF_INET:
		return sizeof(a->in);
	case AF_INET6:
		return sizeof(a->in6);
	default:
		return 0;
	}
}

/** udp_address_shortest() - the least that sendto(2) takes for its family */
static inline socklen_t udp_address_shortest(const union udp_address *a)
{
	/* RFC 2133 had no scope id, and the kernel remembers. */
	return a->sa.sa_family == AF_INET6
		       ? offsetof(struct sockaddr_in6, sin6_scope_id)
		       : udp_address_len(a);
}

/** udp_address_of() - Return: false if @ep has no form in @family */
static inline bool udp_address_of(union udp_address *a,
				  const struct endpoint *ep, int family)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(ep, family, &ss);

	memset(a, 0, sizeof(*a));
	memcpy(a, &ss, len);
	return len > 0;
}

/** udp_address_same() - one host and port; an IPv6 flow label is no part */
static inline bool udp_address_same(const union udp_address *a,
				    const union udp_address *b)
{
	if (a->sa.sa_family != b->sa.sa_family)
		return false;
	if (a->sa.sa_family == AF_INET)
		return a->in.sin_port == b->in.sin_port &&
		       a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
	return a->sa.sa_family == AF_INET6 &&
	       a->in6.sin6_port == b->in6.sin6_port &&
	       a->in6.sin6_scope_id == b->in6.sin6_scope_id &&
	       memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr,
		      sizeof(a->in6.sin6_addr)) == 0;
}

#endif
