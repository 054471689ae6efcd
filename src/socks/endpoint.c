/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/text.h"
#include "socks/endpoint.h"

/* A kernel takes IPv6 addresses without the scope too (RFC 2133). */
#define SIN6_LEN_WITHOUT_SCOPE offsetof(struct sockaddr_in6, sin6_scope_id)

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

void endpoint_set_ipv4(struct endpoint *ep, const uint8_t addr[static 4])
{
	ep->kind = ENDPOINT_IPV4;
	ep->name_len = 0;
	ep->scope_id = 0;
	memcpy(ep->ipv4, addr, sizeof(ep->ipv4));
}

void endpoint_set_ipv6(struct endpoint *ep, const uint8_t addr[static 16])
{
	if (!memcmp(addr, mapped_prefix, sizeof(mapped_prefix))) {
		endpoint_set_ipv4(ep, addr + sizeof(mapped_prefix));
		return;
	}
	ep->kind = ENDPOINT_IPV6;
	ep->name_len = 0;
	ep->scope_id = 0;
	memcpy(ep->ipv6, addr, sizeof(ep->ipv6));
}

bool endpoint_set_name(struct endpoint *ep, const char *name, size_t len)
{
	if (!len || len > ENDPOINT_NAME_MAX || memchr(name, '\0', len))
		return false;
	ep->kind = ENDPOINT_NAME;
	ep->name_len = (uint8_t)len;
	ep->scope_id = 0;
	memmove(ep->name, name, len); /* it may be its own name */
	ep->name[len] = '\0';
	return true;
}

/*
 * As in the kernel, a scope means something to link-local unicast and to
 * interface- and link-local multicast only; elsewhere it is noise that must
 * not make two equal addresses differ.
 */
static void set_scope(struct endpoint *ep, uint32_t scope_id)
{
	const uint8_t *a = ep->ipv6;

	if (ep->kind != ENDPOINT_IPV6)
		return;
	if ((a[0] == 0xfe && (a[1] & 0xc0) == 0x80) ||
	    (a[0] == 0xff && ((a[1] & 15) == 1 || (a[1] & 15) == 2)))
		ep->scope_id = scope_id;
}

bool endpoint_from_sockaddr(struct endpoint *ep, const struct sockaddr *sa,
			    socklen_t len)
{
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6 = {0};
	sa_family_t family;

	/* Copied, not cast: programs pass addresses of any alignment. */
	if (len < sizeof(family))
		return false;
	memcpy(&family, sa, sizeof(family));

	if (family == AF_INET && len >= sizeof(sin)) {
		memcpy(&sin, sa, sizeof(sin));
		endpoint_set_ipv4(ep, (const uint8_t *)&sin.sin_addr);
		ep->port = ntohs(sin.sin_port);
		return true;
	}
	if (family == AF_INET6 && len >= SIN6_LEN_WITHOUT_SCOPE) {
		memcpy(&sin6, sa,
		       len < sizeof(sin6) ? SIN6_LEN_WITHOUT_SCOPE
					  : sizeof(sin6));
		endpoint_set_ipv6(ep, sin6.sin6_addr.s6_addr);
		set_scope(ep, sin6.sin6_scope_id);
		ep->port = ntohs(sin6.sin6_port);
		return true;
	}
	return false;
}

socklen_t endpoint_to_sockaddr(const struct endpoint *ep, int family,
			       struct sockaddr_storage *ss)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6};

	if (family == AF_INET && ep->kind == ENDPOINT_IPV4) {
		sin.sin_port = htons(ep->port);
		memcpy(&sin.sin_addr, ep->ipv4, sizeof(ep->ipv4));
		memcpy(ss, &sin, sizeof(sin));
		return sizeof(sin);
	}
	if (family != AF_INET6)
		return 0;

	sin6.sin6_port = htons(ep->port);
	if (ep->kind == ENDPOINT_IPV4) {
		memcpy(sin6.sin6_addr.s6_addr, mapped_prefix,
		       sizeof(mapped_prefix));
		memcpy(sin6.sin6_addr.s6_addr + sizeof(mapped_prefix), ep->ipv4,
		       sizeof(ep->ipv4));
	} else if (ep->kind == ENDPOINT_IPV6) {
		sin6.sin6_scope_id = ep->scope_id;
		memcpy(sin6.sin6_addr.s6_addr, ep->ipv6, sizeof(ep->ipv6));
	} else {
		return 0;
	}
	memcpy(ss, &sin6, sizeof(sin6));
	return sizeof(sin6);
}

/* A decimal number of digits alone, at most @max. */
static bool parse_number(const char *s, size_t len, uint32_t max, uint32_t *v)
{
	uint64_t n = 0;

	if (!len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(s[i] - '0');
		if (n > max)
			return false;
	}
	*v = (uint32_t)n;
	return true;
}

/* An IPv6 literal with an optional %number; @ep is untouched if it is none. */
static bool parse_ipv6(struct endpoint *ep, const char *host, size_t len)
{
	char buf[INET6_ADDRSTRLEN] = "";
	const char *percent = memchr(host, '%', len);
	size_t addr_len = percent ? (size_t)(percent - host) : len;
	uint8_t addr[16];
	uint32_t scope = 0;

	if (addr_len >= sizeof(buf) || memchr(host, '\0', len))
		return false;
	if (percent &&
	    !parse_number(percent + 1, len - addr_len - 1, UINT32_MAX, &scope))
		return false;
	memcpy(buf, host, addr_len);
	if (inet_pton(AF_INET6, buf, addr) != 1)
		return false;
	endpoint_set_ipv6(ep, addr);
	set_scope(ep, scope);
	return true;
}

static bool parse_ipv4(struct endpoint *ep, const char *host, size_t len)
{
	char buf[INET_ADDRSTRLEN] = "";
	uint8_t addr[4];

	if (len >= sizeof(buf) || memchr(host, '\0', len))
		return false;
	memcpy(buf, host, len);
	if (inet_pton(AF_INET, buf, addr) != 1)
		return false;
	endpoint_set_ipv4(ep, addr);
	return true;
}

bool endpoint_parse_host(struct endpoint *ep, const char *host, size_t len)
{
	return parse_ipv4(ep, host, len) || parse_ipv6(ep, host, len) ||
	       endpoint_set_name(ep, host, len);
}

bool endpoint_parse(struct endpoint *ep, const char *text,
		    uint16_t default_port)
{
	size_t len = strlen(text);
	const char *colon = strchr(text, ':');
	const char *close = strchr(text, ']');
	uint32_t port = default_port;
	bool good;

	if (text[0] == '[') { /* [v6] and [v6]:port */
		if (!close || (close[1] && close[1] != ':'))
			return false;
		colon = close[1] ? close + 1 : NULL;
		good = parse_ipv6(ep, text + 1, (size_t)(close - text - 1));
	} else if (colon && strchr(colon + 1, ':')) { /* a bare v6 */
		colon = NULL;
		good = parse_ipv6(ep, text, len);
	} else { /* host and host:port */
		good = endpoint_parse_host(
			ep, text, colon ? (size_t)(colon - text) : len);
	}
	if (!good)
		return false;
	if (colon &&
	    (!parse_number(colon + 1, strlen(colon + 1), 65535, &port) ||
	     !port))
		return false;
	ep->port = (uint16_t)port;
	return true;
}

size_t endpoint_format(const struct endpoint *ep,
		       char buf[static ENDPOINT_TEXT_MAX])
{
	char addr[INET6_ADDRSTRLEN] = "";
	struct text t;

	text_init(&t, buf, ENDPOINT_TEXT_MAX);
	switch ((enum endpoint_kind)ep->kind) {
	case ENDPOINT_IPV4:
		inet_ntop(AF_INET, ep->ipv4, addr, sizeof(addr));
		text_str(&t, addr);
		break;
	case ENDPOINT_IPV6:
		inet_ntop(AF_INET6, ep->ipv6, addr, sizeof(addr));
		text_char(&t, '[');
		text_str(&t, addr);
		if (ep->scope_id) {
			text_char(&t, '%');
			text_uint(&t, ep->scope_id);
		}
		text_char(&t, ']');
		break;
	case ENDPOINT_NAME:
		text_quoted(&t, ep->name, ep->name_len);
		break;
	case ENDPOINT_NONE:
		break;
	}
	text_char(&t, ':');
	text_uint(&t, ep->port);
	return t.len;
}

/* RFC 4343: ASCII case is ignored. "host." is "host", written absolutely. */
static bool same_name(const struct endpoint *a, const struct endpoint *b)
{
	size_t alen = a->name_len, blen = b->name_len;

	alen -= a->name[alen - 1] == '.';
	blen -= b->name[blen - 1] == '.';
	if (alen != blen)
		return false;
	for (size_t i = 0; i < alen; i++)
		if (text_lower(a->name[i]) != text_lower(b->name[i]))
			return false;
	return true;
}

bool endpoint_same_host(const struct endpoint *a, const struct endpoint *b)
{
	if (a->kind != b->kind)
		return false;
	switch ((enum endpoint_kind)a->kind) {
	case ENDPOINT_IPV4:
		return !memcmp(a->ipv4, b->ipv4, sizeof(a->ipv4));
	case ENDPOINT_IPV6:
		return a->scope_id == b->scope_id &&
		       !memcmp(a->ipv6, b->ipv6, sizeof(a->ipv6));
	case ENDPOINT_NAME:
		return same_name(a, b);
	case ENDPOINT_NONE:
		return true;
	}
	return false;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && endpoint_same_host(a, b);
}
