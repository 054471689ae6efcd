/* SPDX-License-Identifier: MIT */
/*
 * A datagram that is too long with its header, but not without: it goes to the
 * relay in parts (RFC 1928 section 7, FRAG), each by one system call, where
 * that is allowed (udp_way.limit). A part that does not fit the path's MTU,
 * with DF set, is no such case: the program wants to know that.
 *
 * Async-signal-safe; leaves errno alone; may call socks/ and libc/net.
 */
#ifndef SOCK_UDP_PARTS_H
#define SOCK_UDP_PARTS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/compiler.h"
#include "sock/udp_send.h"

/* Octets of UDP data in one packet: 65535 without the headers (RFC 768). */
#define UDP_LIMIT_IPV4 65507
#define UDP_LIMIT_IPV6 65527

/** udp_part_size() - octets of payload behind a header of @header_len */
static inline size_t udp_part_size(size_t limit, size_t header_len)
{
	return limit - header_len;
}

/** udp_is_too_long() - for @way->limit, which is set */
bool udp_is_too_long(const struct udp_way *way, const struct msghdr *msg);

/** udp_needs_parts() - may @msg go in parts, and must it? */
static inline bool udp_needs_parts(const struct udp_way *way,
				   const struct msghdr *msg)
{
	return unlikely(way->limit > 0) && udp_is_too_long(way, msg);
}

/**
 * udp_is_possible() - could @n octets have been sent to where @header says,
 * without a relay? Else it is EMSGSIZE however it is cut.
 */
bool udp_is_possible(const uint8_t *header, size_t n);

/**
 * udp_send_parts() - in order, until one fails: the receiver drops those before
 * Return: octets of the program's, or -errno: EMSGSIZE also for a part of more
 * than IOV_MAX pieces
 */
ssize_t udp_send_parts(int fd, const struct udp_way *way,
		       const struct msghdr *msg, int flags);

#endif
