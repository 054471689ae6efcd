/* SPDX-License-Identifier: MIT */
/*
 * Fragments of UDP datagrams that pass through a relay (RFC 1928 section 7):
 * putting together what comes in, cutting up what goes out. Pure: no I/O, no
 * clock, no allocation, no errno; async-signal-safe, not thread-safe. May call
 * socks/datagram, socks/endpoint and base/.
 *
 * DOC: how a sequence comes together
 *
 * RFC 1928 gives each receiver one queue and one timer: one struct fragments
 * per association. The queue is abandoned when its timer has expired and when
 * a datagram comes whose FRAG is less than the highest so far, a standalone
 * one (FRAG 0) and one from another source not excepted. Hence fragments count
 * only in their order: of one that was overtaken, no use can be made. The
 * queue therefore holds positions 1 to n without a gap, and one that leaves a
 * gap ends it at once.
 *
 * Nothing tells one sequence from the next but that it begins with position 1.
 * So position 1 always begins one; the highest position once more is ignored
 * if it is a copy, octet by octet, and else ends the sequence, for then it is
 * another's: a datagram may be lost, but not made up of two.
 *
 * What is abandoned is never told to anybody, as is fit for datagrams. The
 * timer needs no alarm: it is looked at when a datagram comes.
 */
#ifndef SOCKS_FRAGMENTS_H
#define SOCKS_FRAGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "socks/datagram.h"
#include "socks/endpoint.h"

#define FRAGMENTS_MAX   65535 /* octets of a datagram, put together */
#define FRAGMENTS_TIMER 5000  /* ms: "no less than 5 seconds" */

struct fragments {
	uint8_t *memory; /* the queue: the payloads, one behind the other */
	size_t room;     /* octets of @memory */
	size_t length;   /* octets in use */
	size_t newest;   /* where the payload of the highest position begins */
	uint64_t start;  /* ms: when position 1 came */
	uint8_t highest; /* position; 0: no sequence has begun */
	struct endpoint source;
};

enum fragments_result {
	FRAGMENTS_NONE,  /* nothing to deliver: it was queued, or dropped */
	FRAGMENTS_ALONE, /* deliver this datagram: it is none of a sequence */
	FRAGMENTS_WHOLE, /* deliver what @memory, @length and @source say; it
			    stands there until the next datagram is taken */
};

/**
 * fragments_init() - an empty queue
 * @room: octets of @memory; of more than FRAGMENTS_MAX no use is made. A
 *        sequence that grows beyond is abandoned.
 */
void fragments_init(struct fragments *f, void *memory, size_t room);

/**
 * fragments_take() - a datagram has come from the relay
 * @h: its header
 * @payload: the @n octets behind that; not in the queue's memory
 * @now: milliseconds of a clock that is never set
 */
enum fragments_result fragments_take(struct fragments *f,
				     const struct datagram_header *h,
				     const uint8_t *payload, size_t n,
				     uint64_t now);

/* A part of a payload that goes out, and the FRAG of its header. */
struct fragments_part {
	size_t offset, length;
	uint8_t frag;
};

/**
 * fragments_count() - in how many parts does a payload of @n octets go out?
 * @size: octets of payload that one datagram may have
 * Return: 1 if it need not be cut up; 0 if it must not be sent (EMSGSIZE): 127
 * parts are not enough, or nobody may put together so much
 */
unsigned fragments_count(size_t n, size_t size);

/**
 * fragments_part() - the part @i, from 0, of fragments_count() many
 * All but the last are @size octets long. Send them in their order.
 */
struct fragments_part fragments_part(size_t n, size_t size, unsigned i);

#endif
