/* SPDX-License-Identifier: MIT */
/*
 * The messages of RFC 1928 (sections 3 to 6) and RFC 1929, octet by octet, as
 * a client needs them: what it says is put, what a server says is got. Pure
 * codecs: no I/O, no state, no allocation, no errno; async-signal-safe. May
 * call socks/endpoint and base/.
 */
#ifndef SOCKS_MESSAGE_H
#define SOCKS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "socks/endpoint.h"
#include "socks/handshake.h"

#define SOCKS_VERSION 5 /* RFC 1928: VER of every message */
#define SOCKS_AUTH_VERSION 1 /* RFC 1929: VER of the subnegotiation */

enum socks_method {
	SOCKS_METHOD_NONE = 0x00,
	SOCKS_METHOD_PASSWORD = 0x02,
	SOCKS_METHOD_REFUSED = 0xff,
};

enum socks_atyp {
	SOCKS_ATYP_IPV4 = 1,
	SOCKS_ATYP_NAME = 3,
	SOCKS_ATYP_IPV6 = 4,
};

/* The shortest reply: a name of no octets. */
#define SOCKS_REPLY_MIN 7

/*
 * What the parsers return besides the octets (> 0) of a complete message.
 * They look at the first message in @p only; a message is BAD as soon as its
 * first wrong octet is there.
 */
enum {
	SOCKS_MORE = 0, /* right so far, but not complete */
	SOCKS_BAD = -1, /* not such a message, whatever may follow */
};

/** socks_put_greeting() - VER, NMETHODS, METHODS (section 3) */
void socks_put_greeting(struct writer *w, const uint8_t *methods, uint8_t n);

/**
 * socks_get_method() - VER, METHOD: the server's choice (section 3)
 * @method: set when complete
 */
int socks_get_method(const uint8_t *p, size_t n, uint8_t *method);

/** socks_put_auth() - VER, ULEN, UNAME, PLEN, PASSWD (RFC 1929 section 2) */
void socks_put_auth(struct writer *w, const struct socks_credentials *c);

/**
 * socks_get_auth_status() - VER, STATUS (RFC 1929 section 2)
 * VER should be 1; some servers put the 5 of SOCKS there, and it is taken.
 * @status: set when complete; 0 is success
 */
int socks_get_auth_status(const uint8_t *p, size_t n, uint8_t *status);

/** socks_put_request() - VER, CMD, RSV, and the address @dst (section 4) */
void socks_put_request(struct writer *w, enum socks_command command,
		       const struct endpoint *dst);

/**
 * socks_get_reply() - VER, REP, RSV, and the address BND (section 6)
 * RSV is not looked at.
 * @rep: set when complete
 * @bound: set when complete, see socks_get_address()
 */
int socks_get_reply(const uint8_t *p, size_t n, uint8_t *rep,
		    struct endpoint *bound);

/**
 * socks_reply_length() - how long is the reply that begins with these octets?
 * Return: as many octets as it has at least; exact once five are there. 0 if
 * its ATYP is unknown.
 */
size_t socks_reply_length(const uint8_t *p, size_t n);

/**
 * socks_put_address() - ATYP, ADDR, PORT (section 5)
 * An endpoint of no kind is written as 0.0.0.0: RFC 1928's "I do not know".
 */
void socks_put_address(struct writer *w, const struct endpoint *ep);

/**
 * socks_get_address() - ATYP, ADDR, PORT (section 5)
 * @ep: set unless @r is bad. A name that an endpoint cannot hold (empty, or
 *      with a NUL octet) becomes ENDPOINT_NONE with its port: servers send
 *      such in replies whose address means nothing.
 * Return: false (and @r is bad) if it is cut short or its ATYP is unknown
 */
bool socks_get_address(struct reader *r, struct endpoint *ep);

#endif
