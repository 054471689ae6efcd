/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a flow share: flow.c, its life; flow_relay.c, its
 * datagrams by way of the proxy's relay; flow_dns.c, queries that are answered
 * here.
 */
#ifndef GUARD_FLOW_INTERNAL_H
#define GUARD_FLOW_INTERNAL_H

#include <stdatomic.h>
#include <stdint.h>

#include "guard/attempt.h"
#include "guard/flow.h"
#include "sock/udp_address.h"
#include "socks/datagram.h"

enum flow_way {
	FLOW_RELAY, /* the proxy's relay */
	FLOW_STUB,  /* policy/dns_stub */
	FLOW_QUERY, /* a name server over TCP, for want of a relay */
};

enum flow_state {
	FLOW_IDLE,    /* no association: the next datagram begins one */
	FLOW_PENDING, /* one is being made; datagrams wait in @inner */
	FLOW_STANDS,
};

struct flow {
	struct attempt control; /* first: how the loop finds us */
	struct watch inner;	/* towards the program, connected to it */
	struct watch outer;	/* towards the relay, connected to it */
	struct post begin;
	struct run *run;
	struct flow *next; /* in its chain; under the table's lock */
	_Atomic bool dropped;
	bool begun;
	uint8_t way, state;
	struct tracee_socket from;
	uint64_t cookie; /* SO_COOKIE of the program's socket */
	uint64_t asked_at, used_at; /* ms: about its life; last datagram out */
	struct endpoint asked;	/* as the program knows it */
	struct endpoint target; /* as the relay does */
	union udp_address program, here; /* ends of @inner */
	uint16_t header_len;
	uint8_t header[DATAGRAM_HEADER_MAX];
};

/* flow.c */
void flow_lose(struct flow *f); /* it is over; freed with the next tick */

/* flow_relay.c */
void flow_relay_pump(struct flow *f); /* @inner is readable */
void flow_relay_end(struct flow *f);

/* flow_dns.c; @inner is readable */
void flow_dns_pump(struct flow *f);

#endif
