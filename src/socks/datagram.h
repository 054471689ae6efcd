/* SPDX-License-Identifier: MIT */
/*
 * The header before each UDP datagram that passes through a relay (RFC 1928
 * section 7): RSV, FRAG, ATYP, ADDR, PORT; and what it leaves for the payload.
 * On the way out ADDR is the destination, on the way in the source. Pure
 * codec: no I/O, no state, no allocation, no errno; async-signal-safe. May
 * call socks/endpoint, socks/message and base/.
 *
 * The header of a fixed peer never changes: a caller may compose it once, send
 * it with every datagram, and compare what comes in with memcmp(3) before it
 * parses.
 */
#ifndef SOCKS_DATAGRAM_H
#define SOCKS_DATAGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "socks/endpoint.h"

#define DATAGRAM_HEADER_IPV4 10
#define DATAGRAM_HEADER_IPV6 22
#define DATAGRAM_HEADER_NAME 7   /* without the octets of the name */
#define DATAGRAM_HEADER_MAX  262 /* a name of 255 octets */

#define DATAGRAM_FRAG_AT 2 /* octets before FRAG */

/* FRAG: a position in a sequence, 1 to 127, and "the last"; or 0. */
#define DATAGRAM_STANDALONE   0
#define DATAGRAM_LAST         0x80
#define DATAGRAM_POSITION_MAX 127

struct datagram_header {
	uint8_t position; /* 0: a datagram of its own; else that of a fragment */
	bool last;        /* the fragment ends its sequence */
	uint16_t length;  /* octets of the header: the payload begins there */
	struct endpoint source;
};

/** datagram_header_length() - how long will the header for @dst be? */
size_t datagram_header_length(const struct endpoint *dst);

/**
 * datagram_put_header() - compose the header for @dst
 * @frag: DATAGRAM_STANDALONE, or what socks/fragments says
 * An endpoint of no kind is written as 0.0.0.0, as socks_put_address() does.
 * Return: its length
 */
size_t datagram_put_header(uint8_t buf[static DATAGRAM_HEADER_MAX],
			   uint8_t frag, const struct endpoint *dst);

/**
 * datagram_get_header() - parse the header at the start of @p
 * @h: set if the header is good, else left alone
 * Return: false for one that a receiver cannot use and drops: it is cut short,
 * RSV is not 0, FRAG is 0x80 (the last one, of no position), ATYP is unknown,
 * or the source is a name that is empty or has a NUL octet, so that nobody
 * could be told of it
 */
bool datagram_get_header(const uint8_t *p, size_t n, struct datagram_header *h);

/**
 * datagram_payload_max() - the longest payload behind a header
 * @relay: where it is sent: a datagram carries 65,507 octets over IPv4 and
 *         65,527 over IPv6 (without jumbograms)
 * @header: the header's length
 */
size_t datagram_payload_max(const struct endpoint *relay, size_t header);

/**
 * datagram_space() - the buffer space to report for datagrams to @dst when the
 * system reports @space: 10 octets less for IPv4, 20 for IPv6, 262 for a name,
 * and @method, what the authentication method adds to each datagram (0 for
 * those that we know). The 20 is RFC 1928's word although the header has 22:
 * whether one datagram fits is for datagram_payload_max() to say.
 * Return: never less than 0
 */
size_t datagram_space(size_t space, const struct endpoint *dst, size_t method);

#endif
