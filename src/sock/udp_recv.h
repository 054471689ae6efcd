/* SPDX-License-Identifier: MIT */
/*
 * Datagrams on their way in: one that a relay has sent begins with a header
 * (RFC 1928 section 7), which the program must not see.
 *
 * DOC: Theory of operation
 *
 * What comes in is read as [lead][the program's buffers][tail]. Where the
 * header is as long as @lead foretold, the payload stands where it belongs and
 * nothing is copied; else it is moved. Where there is no relay, @lead is 0 and
 * the tail only waits for one that comes to be while a thread sleeps in here.
 * MSG_TRUNC gives the true length, so that what did not fit is reported as
 * the kernel reports it: by MSG_TRUNC, and by the length if that was asked.
 *
 * Async-signal-safe; leaves errno alone; returns -errno; a cancellation point
 * as the plain call is.
 */
#ifndef SOCK_UDP_RECV_H
#define SOCK_UDP_RECV_H

#include <sys/socket.h>

#include "sock/udp_address.h"
#include "socks/datagram.h"

/* One datagram that was read, and has not been given to the program yet. */
struct udp_got {
	size_t length;         /* octets, the header and what was cut included */
	size_t lead;           /* octets of @head that were used */
	int flags;             /* msg_flags of recvmsg(2) */
	size_t controllen;     /* of what was received */
	union udp_address from; /* unset: the kernel did not say */
	uint8_t *apart;         /* NULL, or where all of it is instead */
	size_t apart_len;
	uint8_t head[DATAGRAM_HEADER_IPV6];
	uint8_t tail[DATAGRAM_HEADER_MAX];
};

/**
 * udp_receive() - recvmsg(2) of one
 * @msg: whose buffers it goes to; nothing of @msg itself is changed
 * @lead: 0, DATAGRAM_HEADER_IPV4 or DATAGRAM_HEADER_IPV6
 * Return: 0 or -errno
 */
int udp_receive(int fd, struct udp_got *got, const struct msghdr *msg,
		size_t lead, int flags);

/**
 * udp_receive_apart() - the same, but nothing gets to the program's buffers
 * before udp_got_deliver(): for when nobody knows how long a header will be.
 * Octets behind the payload stay as they were.
 * @got: if 0 is returned, it is given back by udp_got_free()
 */
int udp_receive_apart(int fd, struct udp_got *got, const struct msghdr *msg,
		      int flags);
void udp_got_free(struct udp_got *got);

/** UDP_RECV_BATCH - as many as one udp_receive_batch() takes */
#define UDP_RECV_BATCH 32

/**
 * udp_receive_batch() - recvmmsg(2) of up to UDP_RECV_BATCH
 * @n: how many are wanted; becomes how many the kernel was asked for
 * Return: how many, or -errno
 */
int udp_receive_batch(int fd, struct udp_got got[], struct mmsghdr *msgs,
		      unsigned *n, size_t lead, int flags,
		      struct timespec *timeout);

/**
 * udp_got_header() - the header at the front of what was read
 * Return: false if there is none that is right
 */
bool udp_got_header(const struct udp_got *got, const struct msghdr *msg,
		    struct datagram_header *h);

/**
 * udp_got_deliver() - give it to the program
 * @to: the message that gets it; @msg itself, or an earlier one of a batch
 *      whose own was dropped: its buffers, control data and flags are set, its
 *      name is the caller's matter
 * @header_len: octets before the payload
 * Return: what recvmsg(2) with @flags is to return
 */
size_t udp_got_deliver(const struct udp_got *got, const struct msghdr *msg,
		       struct msghdr *to, size_t header_len, int flags);

/**
 * udp_got_copy() - octets from @at on, the header included
 * Return: how many of the @n there were room for when it was read
 */
size_t udp_got_copy(const struct udp_got *got, const struct msghdr *msg,
		    size_t at, uint8_t *to, size_t n);

/** udp_give_octets() - @n octets as one datagram; Return: as recvmsg(2) */
size_t udp_give_octets(struct msghdr *to, const uint8_t *p, size_t n,
		       int flags);

#endif
