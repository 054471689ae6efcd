/* SPDX-License-Identifier: MIT */
/*
 * Fragments that come in on UDP sockets (RFC 1928 section 7), put together by
 * socks/fragments: few relays send any, so a queue is only made when the first
 * comes, and few sockets can have one at a time.
 *
 * Thread-safe: the lock of conn.h is taken. Async-signal-safe.
 */
#ifndef PRELOAD_UDP_FRAGMENTS_H
#define PRELOAD_UDP_FRAGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "sock/udp_recv.h"

/**
 * udp_fragments_take() - a datagram has come whose header is @h
 * @peek: it will come again: nothing is noted of one that ends a sequence
 * @whole: set to memory that the caller gives back by udp_fragments_free()
 * Return: its octets if a sequence is whole now; -1 if nothing is to be given
 * to the program
 */
ssize_t udp_fragments_take(int fd, const struct udp_got *got,
			   const struct msghdr *msg,
			   const struct datagram_header *h, bool peek,
			   void **whole);
void udp_fragments_free(void *whole, size_t n);

/** udp_fragments_end() - one of no sequence has come: it ends one that is open */
void udp_fragments_end(int fd);

/** udp_fragments_any() - is some sequence open? Without it, no need to end any */
bool udp_fragments_any(void);

#endif
