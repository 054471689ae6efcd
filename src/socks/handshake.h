/* SPDX-License-Identifier: MIT */
/*
 * The client side of RFC 1928 and RFC 1929 as a sans-I/O state machine.
 *
 * DOC: Theory of operation
 *
 * The machine never touches a socket. Its owner asks handshake_wants(), and
 *
 *   HANDSHAKE_WRITE  takes octets from handshake_output(), sends what it can
 *                    and reports it with handshake_sent();
 *   HANDSHAKE_READ   receives AT MOST handshake_need() octets and hands them
 *                    to handshake_received(); handshake_closed() at the end
 *                    of the stream. Reading more would take octets that
 *                    belong to the program: a server's banner may follow the
 *                    reply in the same segment;
 *   HANDSHAKE_BOUND  (BIND only) the first reply is in: handshake_bound() is
 *                    where the server listens; handshake_await_peer() goes on
 *                    to the second reply;
 *   HANDSHAKE_DONE   the stream belongs to the program (CONNECT, BIND), or
 *                    the relay stands (UDP ASSOCIATE);
 *   HANDSHAKE_FAILED handshake_failure(), handshake_rep(), handshake_errno().
 *
 * It holds no pointer and fits in 1 KiB, so that it may live in memory that
 * processes share. Credentials stay with the owner and are passed at output.
 *
 * Pure: no I/O, no allocation, no errno; async-signal-safe; the caller
 * serialises access to one machine. May call socks/ and base/.
 */
#ifndef SOCKS_HANDSHAKE_H
#define SOCKS_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "socks/endpoint.h"
#include "socks/reply.h"

/* RFC 1928 section 4. */
enum socks_command {
	SOCKS_CONNECT = 1,
	SOCKS_BIND = 2,
	SOCKS_UDP_ASSOCIATE = 3,
};

/* User name and password, RFC 1929: 1 to 255 octets each, any value. */
struct socks_credentials {
	uint8_t username_len; /* 0: there are none, the method is not offered */
	uint8_t password_len;
	char username[255];
	char password[255];
};

enum handshake_want {
	HANDSHAKE_WRITE,
	HANDSHAKE_READ,
	HANDSHAKE_BOUND,
	HANDSHAKE_DONE,
	HANDSHAKE_FAILED,
};

/* Longest output: greeting (4) + RFC 1929 message (513) + request (262). */
#define HANDSHAKE_OUTPUT_MAX 779
/* Longest message that a server sends: a reply with a name of 255 octets. */
#define HANDSHAKE_INPUT_MAX 262

struct handshake {
	uint8_t state;     /* private to handshake.c */
	uint8_t command;   /* enum socks_command */
	uint8_t failure;   /* enum socks_failure */
	uint8_t rep;       /* the server's REP, where failure says so */
	uint8_t have_credentials;
	uint8_t pipeline;  /* send everything at once, RFC permitting */
	uint8_t method;    /* chosen by the server */
	uint8_t replies;   /* replies received in full */
	uint16_t out_len;  /* octets of the present output, once asked for */
	uint16_t out_done; /* octets of it already sent */
	uint16_t in_len;   /* octets of the present message received */
	uint8_t in[HANDSHAKE_INPUT_MAX];
	struct endpoint target; /* DST.ADDR, DST.PORT */
	struct endpoint bound;  /* BND.ADDR, BND.PORT of the latest reply */
};

/**
 * handshake_init() - begin
 * @dst: for UDP ASSOCIATE the zero address, or where datagrams come from
 * @have_credentials: offer method X'02' beside X'00'
 * @pipeline: send greeting, credentials and request in one flight. Only one
 *            method is then offered (the server's choice must be known): the
 *            password where there is one, else none.
 */
void handshake_init(struct handshake *hs, enum socks_command command,
		    const struct endpoint *dst, bool have_credentials,
		    bool pipeline);

enum handshake_want handshake_wants(const struct handshake *hs);

/**
 * handshake_output() - the octets that are still to be sent now
 * @credentials: as promised to handshake_init(); may be NULL without. NULL in
 *               spite of the promise fails the handshake (SOCKS_FAIL_AUTH).
 * Return: octets written to @buf; 0 unless HANDSHAKE_WRITE
 */
size_t handshake_output(struct handshake *hs,
			const struct socks_credentials *credentials,
			uint8_t buf[static HANDSHAKE_OUTPUT_MAX]);

/** handshake_sent() - @n octets of the last handshake_output() are under way */
void handshake_sent(struct handshake *hs, size_t n);

/**
 * handshake_need() - the most octets that may be read now without taking any
 * that follow the message; 0 unless HANDSHAKE_READ
 */
size_t handshake_need(const struct handshake *hs);

/** handshake_received() - @n (1 to handshake_need()) octets have come */
void handshake_received(struct handshake *hs, const uint8_t *p, size_t n);

/** handshake_closed() - the server has ended or reset the stream */
void handshake_closed(struct handshake *hs);

/** handshake_timed_out() - the owner's patience has ended */
void handshake_timed_out(struct handshake *hs);

/**
 * handshake_request_sent() - has the whole request gone out, so that what is
 * waited for is the target (and the longer time-out holds)? In a pipeline not
 * before the answers to all that precedes the request are in.
 */
bool handshake_request_sent(const struct handshake *hs);

/** handshake_await_peer() - BIND: from HANDSHAKE_BOUND to the second reply */
void handshake_await_peer(struct handshake *hs);

/** handshake_bound() - BND.ADDR and BND.PORT of the latest reply */
const struct endpoint *handshake_bound(const struct handshake *hs);

enum socks_failure handshake_failure(const struct handshake *hs);
uint8_t handshake_rep(const struct handshake *hs);
/** handshake_errno() - 0 unless HANDSHAKE_FAILED */
int handshake_errno(const struct handshake *hs);

#endif
