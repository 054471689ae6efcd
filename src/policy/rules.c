/* SPDX-License-Identifier: MIT */
/*
 * Addresses are judged in one form, of 16 octets, in which IPv4 is
 * ::ffff:a.b.c.d. The families stay apart all the same: a network whose prefix
 * is shorter than those 96 bits ("::/0") is a network of IPv6 alone.
 */
#include "policy/rules.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "base/compiler.h"
#include "policy/fold.h"
#include "policy/hosts.h"

#define MAPPED_BITS 96 /* of ::ffff:0:0/96 */

static const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff};

/* A network, for the tables below. */
struct net {
	uint8_t addr[16];
	uint8_t bits;
};

#define NET4(a, b, c, d, n)                                        \
	{                                                          \
		{[10] = 0xff, 0xff, a, b, c, d}, MAPPED_BITS + (n) \
	}

static const struct net loopback[] = {
	NET4(127, 0, 0, 0, 8),
	NET4(0, 0, 0, 0, 32),
	{{0}, 128},
	{{[15] = 1}, 128},
};

/* What never leaves the link, or is no single host. */
static const struct net unreachable[] = {
	NET4(0, 0, 0, 0, 8), /* but for 0.0.0.0, which is loopback */
	NET4(169, 254, 0, 0, 16),
	NET4(224, 0, 0, 0, 4),
	NET4(255, 255, 255, 255, 32),
	{{0xfe, 0x80}, 10},
	{{0xff}, 8},
};

static const struct net private_nets[] = {
	NET4(10, 0, 0, 0, 8),
	NET4(100, 64, 0, 0, 10),
	NET4(172, 16, 0, 0, 12),
	NET4(192, 168, 0, 0, 16),
	{{0xfc}, 7},
};

/* Return: false if it is no address */
static bool address_of(const struct endpoint *ep, uint8_t addr[static 16])
{
	if (ep->kind == ENDPOINT_IPV4) {
		memcpy(addr, mapped, 12);
		memcpy(addr + 12, ep->ipv4, 4);
		return true;
	}
	if (ep->kind == ENDPOINT_IPV6) {
		memcpy(addr, ep->ipv6, 16);
		return true;
	}
	return false;
}

static uint64_t word(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return be64toh(v);
}

/* Judged at every connect: two words rather than sixteen octets. */
static bool in_prefix(const uint8_t addr[static 16],
		      const uint8_t net[static 16], unsigned bits)
{
	if (bits < MAPPED_BITS && word(addr) == 0 &&
	    word(addr + 8) >> 32 == 0xffff)
		return false;
	if (bits > 64)
		return word(addr) == word(net) &&
		       (word(addr + 8) ^ word(net + 8)) >> (128 - bits) == 0;
	return bits == 0 || (word(addr) ^ word(net)) >> (64 - bits) == 0;
}

static uint32_t word32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

/* Most are IPv4 and concern half of the tables. */
static bool is_ipv4_in_nets(uint32_t addr, const struct net *net, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (net[i].bits >= MAPPED_BITS && net[i].addr[10] == 0xff &&
		    (uint64_t)(addr ^ word32(net[i].addr + 12)) >>
				    (128 - net[i].bits) ==
			    0)
			return true;
	return false;
}

static bool in_nets(const struct endpoint *ep, const struct net *net, size_t n)
{
	uint8_t addr[16];

	if (ep->kind == ENDPOINT_IPV4)
		return is_ipv4_in_nets(word32(ep->ipv4), net, n);
	if (!address_of(ep, addr))
		return false;
	for (size_t i = 0; i < n; i++)
		if (in_prefix(addr, net[i].addr, net[i].bits))
			return true;
	return false;
}

bool endpoint_is_loopback(const struct endpoint *ep)
{
	return in_nets(ep, loopback, ARRAY_SIZE(loopback));
}

bool endpoint_is_public(const struct endpoint *ep)
{
	uint8_t addr[16];

	return address_of(ep, addr) && !endpoint_is_loopback(ep) &&
	       !in_nets(ep, unreachable, ARRAY_SIZE(unreachable)) &&
	       !in_nets(ep, private_nets, ARRAY_SIZE(private_nets));
}

static bool rule_matches(const struct rule *r, const struct endpoint *dst)
{
	uint8_t addr[16];

	if (dst->port < r->port_first || dst->port > r->port_last)
		return false;
	if (r->match == RULE_ANY)
		return true;
	if (r->match == RULE_NET)
		return address_of(dst, addr) &&
		       in_prefix(addr, r->net, r->prefix_len);
	if (dst->kind != ENDPOINT_NAME)
		return false;
	if (r->match != RULE_SUFFIX &&
	    fold_equal(dst->name, dst->name_len, r->name, r->name_len))
		return true;
	return r->match != RULE_HOST &&
	       fold_under(dst->name, dst->name_len, r->name, r->name_len);
}

struct verdict rules_judge(const struct rules *rules,
			   const struct endpoint *servers, size_t nservers,
			   const struct endpoint *dst)
{
	for (size_t i = 0; i < nservers; i++)
		if (endpoint_equal(&servers[i], dst))
			return (struct verdict){ROUTE_DIRECT, 0,
						JUDGED_PROXY_ITSELF};

	for (int i = 0; i < rules->count; i++) {
		const struct rule *r = &rules->rule[i];

		if (rule_matches(r, dst))
			return (struct verdict){
				(enum route)r->route,
				r->route == ROUTE_REFUSE ? EACCES : 0, i};
	}

	if (endpoint_is_loopback(dst)) {
		if (!rules->loopback_proxied)
			return (struct verdict){ROUTE_DIRECT, 0,
						JUDGED_LOOPBACK};
	} else if (dst->kind == ENDPOINT_NONE ||
		   in_nets(dst, unreachable, ARRAY_SIZE(unreachable))) {
		return (struct verdict){ROUTE_REFUSE, ENETUNREACH,
					JUDGED_UNREACHABLE_KIND};
	}
	return (struct verdict){ROUTE_PROXY, 0, JUDGED_DEFAULT};
}

/* Decimal digits alone. Return: false if it is none or above @max */
static bool parse_number(const char *text, size_t len, unsigned max,
			 unsigned *value)
{
	unsigned v = 0;

	if (!len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		v = v * 10 + (unsigned)(text[i] - '0');
		if (v > max)
			return false;
	}
	*value = v;
	return true;
}

/* "443" or "80-90" */
static const char *parse_ports(struct rule *r, const char *text, size_t len)
{
	const char *dash = memchr(text, '-', len);
	size_t first_len = dash ? (size_t)(dash - text) : len;
	unsigned first, last;

	if (!parse_number(text, first_len, 65535, &first) || !first)
		return "a port must be a number from 1 to 65535";
	last = first;
	if (dash &&
	    (!parse_number(dash + 1, len - first_len - 1, 65535, &last) ||
	     !last))
		return "a port must be a number from 1 to 65535";
	if (first > last)
		return "the first port of a range must not be above the last";
	r->port_first = (uint16_t)first;
	r->port_last = (uint16_t)last;
	return NULL;
}

/* Return: AF_INET, AF_INET6, or 0 if it is no literal */
static int parse_literal(struct rule *r, const char *text, size_t len)
{
	char buf[INET6_ADDRSTRLEN];

	if (len >= sizeof(buf) || memchr(text, 0, len))
		return 0;
	memcpy(buf, text, len);
	buf[len] = 0;
	memcpy(r->net, mapped, 12);
	if (inet_pton(AF_INET, buf, r->net + 12) == 1)
		return AF_INET;
	return inet_pton(AF_INET6, buf, r->net) == 1 ? AF_INET6 : 0;
}

/* "10.0.0.0/8", "10.1.2.3", "2001:db8::/32", "::1"; masks the host bits */
static const char *parse_net(struct rule *r, int family, const char *prefix,
			     size_t prefix_len)
{
	unsigned bits = 128;

	if (prefix && family == AF_INET) {
		if (!parse_number(prefix, prefix_len, 32, &bits))
			return "the prefix length must be 0 to 32";
		bits += MAPPED_BITS;
	} else if (prefix && !parse_number(prefix, prefix_len, 128, &bits)) {
		return "the prefix length must be 0 to 128";
	}
	for (unsigned i = bits; i < 128; i++)
		r->net[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
	r->match = RULE_NET;
	r->prefix_len = (uint8_t)bits;
	return NULL;
}

/* An octet that no host name of ours needs, and that hints at a mistake. */
static bool is_odd(char c)
{
	return (unsigned char)c <= ' ' || strchr("\x7f\"%,/:@[\\]", c);
}

/* "300.1.1.1", "10.0.0": a mistake, for no top-level domain is a number. */
static bool ends_in_number(const char *name, size_t len)
{
	size_t i = len;

	while (i && name[i - 1] >= '0' && name[i - 1] <= '9')
		i--;
	return i < len && (!i || name[i - 1] == '.');
}

/* "host" or ".suffix" */
static const char *parse_name(struct rule *r, const char *text, size_t len)
{
	r->match = RULE_HOST;
	if (text[0] == '.') {
		r->match = RULE_SUFFIX;
		text++;
		len--;
	}
	if (memchr(text, '*', len))
		return "\"*\" must stand alone; all names under a domain are "
		       "written .example.com";
	for (size_t i = 0; i < len; i++)
		if (is_odd(text[i]))
			return "neither an address nor a host name";
	if (host_is_impossible(text, len))
		return "not a host name that can exist";
	len = fold_len(text, len);
	if (ends_in_number(text, len))
		return "not an IPv4 address; the form is a.b.c.d or a.b.c.d/8";
	for (size_t i = 0; i < len; i++)
		r->name[i] = text_lower(text[i]);
	r->name_len = (uint8_t)len;
	return NULL;
}

/* What stands before the port. @v6: only an IPv6 address will do. */
static const char *parse_host(struct rule *r, const char *text, size_t len,
			      bool v6)
{
	const char *slash = memchr(text, '/', len);
	size_t host_len = slash ? (size_t)(slash - text) : len;
	int family = parse_literal(r, text, host_len);

	if (v6 && family != AF_INET6)
		return "not an IPv6 address; with a port it is written "
		       "[address]:port";
	if (family)
		return parse_net(r, family, slash ? slash + 1 : NULL,
				 slash ? len - host_len - 1 : 0);
	memset(r->net, 0, sizeof(r->net));
	if (slash)
		return "a prefix length must follow an IP address";
	if (len == 1 && text[0] == '*') {
		r->match = RULE_ANY;
		return NULL;
	}
	return parse_name(r, text, len);
}

const char *rule_parse(struct rule *rule, enum route route, const char *text,
		       size_t len)
{
	struct rule r = {.route = (uint8_t)route, .port_last = 65535};
	const char *colon, *host = text, *wrong;
	size_t host_len = len;
	bool v6 = false;

	if (!len)
		return "empty; expected an address, a network, a host, "
		       ".suffix or :port";
	colon = memchr(text, ':', len);
	if (text[0] == '[') {
		const char *end = memchr(text, ']', len);

		if (!end)
			return "\"]\" is missing";
		host = text + 1;
		host_len = (size_t)(end - host);
		v6 = true;
		colon = end + 1 < text + len ? end + 1 : NULL;
		if (colon && *colon != ':')
			return "only :port may follow \"]\"";
	} else if (colon &&
		   memchr(colon + 1, ':', len - (size_t)(colon - text) - 1)) {
		v6 = true; /* more than one: a bare IPv6 address */
		colon = NULL;
	} else if (colon) {
		host_len = (size_t)(colon - text);
	}

	wrong = host_len || v6 ? parse_host(&r, host, host_len, v6) : NULL;
	if (!wrong && colon)
		wrong = parse_ports(&r, colon + 1,
				    len - (size_t)(colon - text) - 1);
	if (!wrong)
		*rule = r;
	return wrong;
}

/* What curl does not understand means nothing to it, and so to us. */
static const char *append_no_proxy(struct rules *rules, const char *text,
				   size_t len)
{
	struct rule r;

	if (len == 1 && text[0] == '*')
		return "\"*\" would proxy nothing";
	if (rule_parse(&r, ROUTE_DIRECT, text, len) || r.match == RULE_ANY)
		return NULL;
	if (r.match == RULE_HOST || r.match == RULE_SUFFIX)
		r.match = RULE_DOMAIN;
	if (rules->count >= RULES_MAX)
		return "too many rules";
	rules->rule[rules->count++] = r;
	return NULL;
}

const char *rules_parse_no_proxy(struct rules *rules, const char *value)
{
	static const char separators[] = ", \t\r\n";

	for (;;) {
		const char *wrong;
		size_t len;

		value += strspn(value, separators);
		len = strcspn(value, separators);
		if (!len)
			return NULL;
		wrong = append_no_proxy(rules, value, len);
		if (wrong)
			return wrong;
		value += len;
	}
}
