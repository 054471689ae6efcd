/* SPDX-License-Identifier: MIT */
/*
 * Where does a destination go: to the proxy, direct, or nowhere? Pure
 * functions over an ordered list of rules and a few fixed defaults.
 * No I/O, no allocation, no errno; async-signal-safe. May call socks/, base/.
 *
 * Order of judgement:
 *  1. the proxy's own address and port is direct (else nothing could reach it);
 *  2. the rules, first match wins;
 *  3. loopback (127/8, ::1) and the unspecified address (0.0.0.0, ::, which
 *     connect(2) takes for loopback) is direct, unless @loopback_proxied;
 *  4. multicast, broadcast and link-local are refused (ENETUNREACH);
 *  5. all else goes to the proxy.
 * A rule by name never applies to a literal, and a rule by network never to a
 * name: a name is not resolved in order to judge it.
 */
#ifndef POLICY_RULES_H
#define POLICY_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "socks/endpoint.h"

enum route {
	ROUTE_PROXY,
	ROUTE_DIRECT,
	ROUTE_REFUSE,
};

enum rule_match {
	RULE_ANY,    /* "*", or a bare ":port" */
	RULE_NET,    /* CIDR or literal; IPv4 is held as ::ffff:0:0/96 + n */
	RULE_HOST,   /* "host": that name alone */
	RULE_SUFFIX, /* ".suffix": every name under it, not the name itself */
	RULE_DOMAIN, /* NO_PROXY's "example.com": the name and all under it */
};

struct rule {
	uint8_t route;      /* enum route: proxy, direct, block */
	uint8_t match;      /* enum rule_match */
	uint8_t prefix_len; /* bits of @net, 0 to 128 */
	uint8_t name_len;
	uint16_t port_first, port_last; /* inclusive; 0 and 65535: any */
	uint8_t net[16];    /* network order */
	char name[ENDPOINT_NAME_MAX + 1]; /* lower case, no leading dot */
};

#define RULES_MAX 512

struct rules {
	bool loopback_proxied;
	uint16_t count;
	struct rule rule[RULES_MAX];
};

/* Which step above decided. A value >= 0 is the index of a rule. */
enum {
	JUDGED_DEFAULT = -1,
	JUDGED_PROXY_ITSELF = -2,
	JUDGED_LOOPBACK = -3,
	JUDGED_UNREACHABLE_KIND = -4, /* multicast, broadcast, link-local */
	JUDGED_NAME_SERVER = -5, /* one that is never asked (destination.h) */
};

struct verdict {
	enum route route;
	int error; /* positive errno for ROUTE_REFUSE: EACCES by a rule */
	int judge; /* index of the rule, or JUDGED_* */
};

/**
 * rules_judge() - decide for one destination
 * @servers: the proxy's addresses with their ports
 */
struct verdict rules_judge(const struct rules *rules,
			   const struct endpoint *servers, size_t nservers,
			   const struct endpoint *dst);

/**
 * rule_parse() - read a pattern: "*", CIDR, literal, "host", ".suffix", each
 * with an optional ":port" or ":first-last"; or ":port" alone. IPv6 with a
 * port is written [v6]:port or [v6/len]:port.
 * Return: NULL, or what is wrong with it, in words for the user
 */
const char *rule_parse(struct rule *rule, enum route route, const char *text,
		       size_t len);

/**
 * rules_parse_no_proxy() - append the direct rules that a NO_PROXY value
 * means to curl: comma- or space-separated; "example.com" and ".example.com"
 * are the host and its subdomains; literals and CIDR allowed
 * Return: NULL, or what is wrong ("*" would proxy nothing)
 */
const char *rules_parse_no_proxy(struct rules *rules, const char *value);

/** endpoint_is_loopback() - 127/8, ::1, 0.0.0.0 and :: (a name never is) */
bool endpoint_is_loopback(const struct endpoint *ep);

/**
 * endpoint_is_public() - an address that a proxy elsewhere can be expected to
 * reach: not loopback, private (RFC 1918, RFC 6598, ULA), link-local,
 * multicast, broadcast or unspecified
 */
bool endpoint_is_public(const struct endpoint *ep);

#endif
