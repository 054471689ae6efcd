/* SPDX-License-Identifier: MIT */
/*
 * The name server that answers in the place of one that the proxy cannot be
 * expected to reach (127.0.0.53, private addresses): to ask that would show
 * somebody which names are looked up. One message in, one message out; over
 * UDP or TCP, in the program or in another process: whose matter that is, is
 * the caller's. Pure but for the name table (policy/names); no I/O, no
 * allocation, no errno. May call policy/, socks/, base/.
 *
 * DOC: what is answered
 *
 * - A and AAAA: what policy/resolved says, which is what getaddrinfo(3) says
 *   too: local addresses for local names, one fake for every other. The fakes
 *   of both families are given: who asks for AAAA alone has a use for it.
 * - PTR: the name of a fake or of a local address, else NXDOMAIN.
 * - All other types, HTTPS and SVCB above all: no data, for their hints would
 *   lead past the fakes.
 * - NXDOMAIN for names that cannot exist (RFC 6761's "invalid" among them) and
 *   for literals, as from the root: "10.0.0.1" as a name would be another way
 *   round a rule for addresses.
 * - SERVFAIL when the name table is full, or there is no run.
 * - REFUSED for another class than IN (and ANY); FORMERR, NOTIMP and BADVERS
 *   as dns_get_query() says; nothing at all to what is no query.
 *
 * A name is put into the table in lower case: some resolvers ask for
 * "eXamPLE.oRG", so that they know the answer again (it has the question as it
 * came), but no proxy and no PTR should ever show that.
 *
 * Answers without data have no SOA record: nobody is to remember them.
 */
#ifndef POLICY_DNS_STUB_H
#define POLICY_DNS_STUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/destination.h"
#include "policy/resolved.h"

#define DNS_STUB_TTL 60 /* seconds: a name keeps its fake at least an hour */

/* The longest answer: header, question, RESOLVED_MAX times AAAA, OPT. */
#define DNS_STUB_ANSWER_MAX (12 + 259 + RESOLVED_MAX * (12 + 16) + 11)

/**
 * dns_stub_answer() - answer the message @query
 * @room: octets of @answer: DNS_STUB_ANSWER_MAX is always enough, and
 *        DNS_UDP_MIN for an answer that is cut
 * @tcp: came by TCP (without the length before it): else the answer is cut,
 *       and says so (TC), where it is longer than the client takes by UDP
 * Return: its length. 0: there is none: @query is no query, @room is too
 * small, or resolver.ask has said that it is not known yet; then the caller
 * may call again when it is, or leave it to the client to ask again.
 */
size_t dns_stub_answer(const struct resolver *from, const uint8_t *query,
		       size_t n, uint8_t *answer, size_t room, bool tcp);

enum dns_stub_place {
	DNS_STUB_NOT,    /* it is no such name server: as the verdict says */
	DNS_STUB_HERE,   /* dns_stub_answer() answers in its place */
	DNS_STUB_SERVER, /* config.dns_server is asked in its place, through
			    the proxy */
};

/**
 * dns_stub_place() - does somebody answer in the place of this destination? Of
 * a name server that is never asked (JUDGED_NAME_SERVER), always; with "dns =
 * fake" of every one at port 53 of an address that would be proxied, too.
 * @d: judged
 */
enum dns_stub_place dns_stub_place(const struct config *c,
				   const struct destination *d);

#endif
