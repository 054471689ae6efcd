/* SPDX-License-Identifier: MIT */
/*
 * As much of the DNS message format (RFC 1035 section 4, RFC 6891) as a stub
 * needs: make a query, read one, answer one, read addresses and names from an
 * answer. Pure: no I/O, no allocation, no errno; async-signal-safe; bounded
 * on any input (compression loops included).
 */
#ifndef SOCKS_DNS_MESSAGE_H
#define SOCKS_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "socks/endpoint.h"

enum dns_type {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_PTR = 12,
	DNS_AAAA = 28,
	DNS_SVCB = 64,
	DNS_HTTPS = 65,
	DNS_ANY = 255,
};

enum dns_rcode {
	DNS_NOERROR = 0,
	DNS_FORMERR = 1,
	DNS_SERVFAIL = 2,
	DNS_NXDOMAIN = 3,
	DNS_NOTIMP = 4,
	DNS_REFUSED = 5,
	DNS_BADVERS = 16, /* RFC 6891: the high bits are in the OPT record */
};

#define DNS_CLASS_IN  1
#define DNS_CLASS_ANY 255

#define DNS_QUERY_MAX 300 /* header, name, type, class, OPT record */
#define DNS_UDP_MIN   512 /* octets that anybody takes by UDP */

struct dns_question {
	uint16_t id;
	bool recursion_desired;
	uint16_t type, class;
	struct endpoint name; /* ENDPOINT_NAME, no trailing dot; "." is empty:
				 ENDPOINT_NONE */
	bool odd;   /* a label has '.' or NUL: no text can stand for the name,
		       and it is ENDPOINT_NONE, too */
	size_t end; /* octets of header and question in the message */
	bool edns;         /* there is an OPT record: */
	bool dnssec_ok;    /* its DO bit */
	uint16_t udp_size; /* octets that an answer by UDP may have */
};

struct dns_record {
	uint16_t type;
	uint32_t ttl; /* seconds */
	struct endpoint value; /* A, AAAA: the address; PTR, CNAME: the name */
};

/** dns_put_query() - Return: octets written, 0 for an impossible name */
size_t dns_put_query(uint8_t buf[static DNS_QUERY_MAX], uint16_t id,
		     const char *name, size_t len, uint16_t type,
		     uint16_t class);

/**
 * dns_get_query() - read a query
 * @q: set, as far as it was understood: an answer can be put to what is said
 *     to be in error, too
 * Return: DNS_NOERROR, or what is to be answered: DNS_FORMERR for other than
 * one question and for what is malformed or cut short, DNS_NOTIMP for another
 * opcode, DNS_BADVERS for another version of EDNS. -1 if nothing is to be
 * answered: to an answer, or less than a header.
 */
int dns_get_query(const uint8_t *msg, size_t n, struct dns_question *q);

/**
 * dns_put_answer() - answer @query (the message that @q was read from)
 * The question stands there octet by octet as it came, upper and lower case
 * included. To an OPT record there is one.
 * Return: octets written to @buf, 0 if they do not fit
 */
size_t dns_put_answer(uint8_t *buf, size_t cap, const uint8_t *query,
		      const struct dns_question *q, enum dns_rcode rcode,
		      const struct dns_record *rr, size_t nrr);

/**
 * dns_put_truncated() - the same where the records do not fit: none, and TC
 * DNS_UDP_MIN octets are always enough.
 */
size_t dns_put_truncated(uint8_t *buf, size_t cap, const uint8_t *query,
			 const struct dns_question *q);

/**
 * dns_get_records() - the records of @type (A, AAAA or PTR) in the answer
 * section, whatever chain of CNAMEs leads to them
 * @rcode: set to the answer's code; @truncated: to its TC bit
 * Return: how many were written to @rr (at most @max); -1 if it is no answer
 * with @id
 */
int dns_get_records(const uint8_t *msg, size_t n, uint16_t id, uint16_t type,
		    struct dns_record *rr, size_t max, enum dns_rcode *rcode,
		    bool *truncated);

/**
 * dns_reverse_address() - the address that an in-addr.arpa or ip6.arpa name
 * asks for (RFC 1035 section 3.5, RFC 3596 section 2.5)
 */
bool dns_reverse_address(const struct endpoint *name, struct endpoint *ep);

/** dns_reverse_name() - the other way round */
void dns_reverse_name(const struct endpoint *ep, struct endpoint *name);

#endif
