/* SPDX-License-Identifier: MIT */
/*
 * Datagrams on their way out: the header (RFC 1928 section 7) goes before the
 * program's own octets, in the same system call, without copying them. Results
 * are those of the plain call: octets of the program's, or -errno (EMSGSIZE
 * comes earlier by the header's length). Async-signal-safe; leaves errno
 * alone; a cancellation point as the plain call is.
 */
#ifndef SOCK_UDP_SEND_H
#define SOCK_UDP_SEND_H

#include <stdint.h>
#include <sys/socket.h>

#include "sock/udp_address.h"
#include "socks/datagram.h"

/* How a datagram gets to where it is meant for. */
struct udp_way {
	union udp_address to; /* unset: where the kernel is connected to */
	const uint8_t *header; /* before each datagram; not owned */
	uint16_t header_len;   /* 0: none, for @to is no relay */
	uint16_t segment;      /* UDP_SEGMENT, as setsockopt(2) set it; or 0 */
	uint16_t limit;        /* octets that may go at a time, by udp_parts.h: what
				* is longer goes in fragments; 0: in none */
	bool mapped;           /* an IPv6 socket's way to a relay of IPv4 */
};

/**
 * udp_send() - sendmsg(2) by @way
 * @msg: its name is not looked at; its control data go along, but for
 *       UDP_SEGMENT, which is adapted
 */
ssize_t udp_send(int fd, const struct udp_way *way, const struct msghdr *msg,
		 int flags);

/** UDP_BATCH - as many messages as one udp_send_batch() takes */
#define UDP_BATCH 32

/**
 * udp_send_batch() - sendmmsg(2)
 * @ways: one for each of @n <= UDP_BATCH messages
 * @msgs: msg_len is set for those that went
 * Return: how many went; as sendmmsg(2), an error only if none did
 */
int udp_send_batch(int fd, const struct udp_way *const ways[],
		   struct mmsghdr *msgs, unsigned n, int flags);

#endif
