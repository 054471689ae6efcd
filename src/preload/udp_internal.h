/* SPDX-License-Identifier: MIT */
/*
 * What the udp_*.c files share.
 */
#ifndef PRELOAD_UDP_INTERNAL_H
#define PRELOAD_UDP_INTERNAL_H

#include "preload/conn_internal.h"
#include "preload/udp.h"
#include "sock/udp_associate.h"
#include "socks/datagram.h"

enum udp_state {
	UDP_IDLE,
	UDP_PENDING,
	UDP_READY,
	UDP_REFUSED,
};

/* A header up to this length is composed once for many datagrams. */
#define UDP_HEADER_KEPT 34

/* udp.lead, when no one length is to be expected */
enum {
	UDP_LEAD_NONE = 0,       /* there has been no relay yet */
	UDP_LEAD_UNKNOWN = 0xfe, /* nothing has come yet */
	UDP_LEAD_VARIES = 0xff,
};

#define UDP_GRACE_MS 2 /* the unit of udp.grace */

/* At most 128 octets: there is one for each UDP socket that is proxied. */
struct udp {
	_Atomic uint32_t sequence; /* odd while it is being changed */
	_Atomic uint32_t state;    /* enum udp_state; a futex */
	uint16_t slots;    /* numbers in fd_table that mean this one */
	uint16_t segment;  /* UDP_SEGMENT, as the program has set it */
	int fd;            /* the first of its numbers */
	int control;       /* hidden; -1: none that this process has */
	union {
		uint32_t checked; /* s: @control was seen to stand; UDP_REFUSED:
				   * until when that is believed */
		pid_t asker;      /* UDP_PENDING: the thread that waits for the
				   * answer, and settles it; 0: the helper */
	};
	uint8_t family;    /* the socket's */
	uint8_t error;     /* UDP_REFUSED: positive errno */
	bool connected : 1; /* to @last, as the program sees it */
	bool cork : 1;      /* UDP_CORK is set */
	bool gro : 1;       /* UDP_GRO is set, as the program sees it */
	bool stub : 1;      /* @connected to a name server that is never asked */
	bool loose : 1;     /* @connected, but the kernel's socket is not */
	bool elsewhere : 1; /* a relative may have a relay for it by now */
	unsigned char shut : 2; /* UDP_PENDING: shutdown(2) by then; how + 1 */

	_Atomic bool queues; /* UDP_PENDING: there is a queue */

	/* These change without the lock, one by one ... */
	_Atomic uint8_t lead;   /* octets of the header that came in last */
	_Atomic uint8_t asks_names; /* some destination was a name */
	_Atomic uint8_t corked; /* what is sent next belongs to the same datagram */
	_Atomic bool unanswered; /* sent to the relay, and nothing came since */
	/* ... and those at the end together; odd while they do. */
	_Atomic uint16_t last_sequence;
	uint8_t grace; /* 2 ms: how long @control outlives what is unanswered */

	union udp_address relay; /* the present or, in other states than
				  * UDP_READY, the last one; unset: none yet */
	union udp_address last; /* where the last datagram was sent, as the
				 * program said it; unset: not known */
	uint8_t named;      /* @last stands for a name */
	uint8_t header_len; /* of @header; 0: too long to be kept */
	uint8_t header[UDP_HEADER_KEPT]; /* for @last */
};

_Static_assert(sizeof(struct udp) <= 128, "memory of a UDP socket");

/** udp_of() - what stands behind @fd, or NULL */
struct udp *udp_of(int fd);
struct udp *udp_at(unsigned index);
/** udp_count() - indices below this may be in use */
unsigned udp_count(void);
unsigned udp_index(const struct udp *u);

/**
 * udp_snapshot() - all of it at one moment; @last may be unset in it
 * Return: false if nothing is known of @fd
 */
bool udp_snapshot(int fd, struct udp *copy);

/** udp_attach() - make one for @fd, if there is none; NULL: cannot be had
 * The lock is held.
 */
struct udp *udp_attach(int fd);

/** udp_change() - the lock is held; readers wait until udp_changed() */
void udp_change(struct udp *u);
void udp_changed(struct udp *u);

/** udp_remember() - @last and what belongs to it; needs no lock */
void udp_remember(struct udp *u, const union udp_address *last, bool named,
		  const uint8_t *header, size_t header_len);

/** udp_free_if_unused() - no number means it, and nothing is pending */
void udp_free_if_unused(struct udp *u);

/* --- udp_connect.c --------------------------------------------------------- */

/** udp_set_peer() - @u is connected to @asked, as the program sees it; the lock
 * is held
 */
void udp_set_peer(struct run *run, struct udp *u, const struct endpoint *asked);

/** udp_blocked() - by --udp=block: say so, with -v; Return: -EACCES */
int udp_blocked(struct run *run, const struct destination *d);

/* --- udp_relay.c ------------------------------------------------------------- */

#define UDP_QUEUED 1

/**
 * udp_relay() - see to it that @fd has a relay, which is taken for granted for
 * a second
 * @waits: may this call wait?
 * Return: 0; UDP_QUEUED if it is on its way; or -errno
 */
int udp_relay(struct run *run, int fd, bool waits);

/** udp_enqueue() - Return: false if @fd is not UDP_PENDING any more */
bool udp_enqueue(int fd, const uint8_t *header, size_t header_len,
		 const struct msghdr *msg, uint16_t segment);

/**
 * udp_replaced() - something has come from @from: has a relative that shares the
 * socket found another relay there? It is @fd's now
 */
bool udp_replaced(struct run *run, int fd, const union udp_address *from);

/** udp_lost() - the relay seems to be gone; Return: it is, or is another */
bool udp_lost(struct run *run, int fd);

/* udp_queue.c: with the lock held, but for udp_enqueue() */
/** udp_drop_queue() - and what is still in it */
void udp_drop_queue(struct udp *u);
/** udp_flush_queue() - to @relay; Return: false if there is no queue */
bool udp_flush_queue(struct udp *u, const union udp_address *relay);
/** udp_queue_fd() - a hidden duplicate of the queue's socket; -1: no queue */
int udp_queue_fd(const struct udp *u);

/**
 * udp_adopt() - @fd comes from another program of the run, with its relay and
 * its peer, as far as they are known; the lock is held
 */
void udp_adopt(struct run *run, int fd, const struct endpoint *relay,
	       const struct endpoint *peer);

/** udp_fragments_drop() - an open sequence of @u's; the lock is held */
void udp_fragments_drop(const struct udp *u);

/** udp_now() - CLOCK_MONOTONIC_COARSE in seconds */
uint32_t udp_now(void);

#endif
