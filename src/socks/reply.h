/* SPDX-License-Identifier: MIT */
/*
 * Why a handshake failed, as an errno and as words: one table. Pure;
 * async-signal-safe.
 */
#ifndef SOCKS_REPLY_H
#define SOCKS_REPLY_H

#include <stdbool.h>
#include <stdint.h>

/* The server's answer to a request, RFC 1928 section 6. */
enum socks_rep {
	SOCKS_REP_SUCCEEDED = 0,
	SOCKS_REP_GENERAL_FAILURE = 1,
	SOCKS_REP_NOT_ALLOWED = 2,
	SOCKS_REP_NETWORK_UNREACHABLE = 3,
	SOCKS_REP_HOST_UNREACHABLE = 4,
	SOCKS_REP_REFUSED = 5,
	SOCKS_REP_TTL_EXPIRED = 6,
	SOCKS_REP_COMMAND_NOT_SUPPORTED = 7,
	SOCKS_REP_ADDRESS_TYPE_NOT_SUPPORTED = 8,
};

/* How a handshake ended, the server's own refusals apart. */
enum socks_failure {
	SOCKS_FAIL_NONE,
	SOCKS_FAIL_REP,           /* the server answered REP != 0 */
	SOCKS_FAIL_UNREACHABLE,   /* no TCP connection to the server */
	SOCKS_FAIL_NOT_SOCKS,     /* first octet is not a SOCKS version */
	SOCKS_FAIL_HTTP,          /* ... and it reads "HTTP" */
	SOCKS_FAIL_VERSION4,      /* ... it is a SOCKS4 server */
	SOCKS_FAIL_METHOD,        /* X'FF', or a method that was not offered */
	SOCKS_FAIL_AUTH,          /* RFC 1929 status is not 0 */
	SOCKS_FAIL_MALFORMED,     /* a message that no RFC describes */
	/*
	 * "Early" is before the request was sent or, in a pipeline, before all
	 * that precedes it was answered: the target cannot be the cause.
	 */
	SOCKS_FAIL_CLOSED_EARLY,
	SOCKS_FAIL_CLOSED,        /* end of stream instead of the reply */
	SOCKS_FAIL_STALLED_EARLY,
	SOCKS_FAIL_STALLED,       /* silence instead of the reply */
	SOCKS_FAIL_COUNT
};

/**
 * socks_errno() - the errno that the program sees
 * A refusal by the target's network keeps its meaning; a proxy that cannot be
 * reached or used is ENETUNREACH, so that it never looks like a target that
 * refuses. After the request: silence is ETIMEDOUT, an end ECONNRESET.
 */
int socks_errno(enum socks_failure failure, uint8_t rep);

/** socks_failure_text() - the cause in the user's words, never NULL */
const char *socks_failure_text(enum socks_failure failure, uint8_t rep);

/**
 * socks_failure_is_proxys() - is it a fault of the proxy or of its
 * configuration, which the user should hear about, rather than of one target?
 */
bool socks_failure_is_proxys(enum socks_failure failure);

#endif
