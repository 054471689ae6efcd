/* SPDX-License-Identifier: MIT */
#include "policy/config.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/compiler.h"
#include "base/text.h"
#include "policy/server_url.h"

#define FAULT_MAX 512 /* octets of one complaint */

/* Where complaints go, in one piece. */
struct complain {
	const char *where;
	config_report *report;
	void *arg;
};

static bool complain_of(const struct complain *to, const char *value,
			const char *expected, const char *detail)
{
	char buf[FAULT_MAX];
	struct text t;

	text_init(&t, buf, sizeof(buf));
	server_url_quote(&t, value, strlen(value));
	text_str(&t, ": ");
	text_str(&t, expected);
	if (detail != NULL) {
		text_str(&t, " (");
		text_str(&t, detail);
		text_char(&t, ')');
	}
	to->report(to->arg, to->where, buf);
	return false;
}

void config_init(struct config *c)
{
	/*
	 * RFC 2544's benchmarking network: nobody's, and no program takes it
	 * for private. A locally assigned /64 (RFC 4193), its global ID drawn
	 * once and for all, so that a name keeps its address in every run.
	 */
	static const uint8_t ipv4[4] = {198, 18, 0, 0};
	static const uint8_t ipv6[16] = {0xfd, 0x5c, 0x8e, 0x1b,
					 0x70, 0x93, 0x50, 0x05};

	/* The 140 KB of rules stay untouched: no page is made for them. */
	memset(c, 0, offsetof(struct config, rules));
	c->rules.loopback_proxied = false;
	c->udp_blocked = false;
	c->rules.count = 0;
	memset((char *)c + offsetof(struct config, dns), 0,
	       sizeof(*c) - offsetof(struct config, dns));
	c->dns = CONFIG_DNS_AUTO;
	memcpy(c->fake_ipv4, ipv4, sizeof(ipv4));
	c->fake_ipv4_prefix = 15;
	memcpy(c->fake_ipv6, ipv6, sizeof(ipv6));
	c->negotiate_timeout = 30;
	c->request_timeout = 130;
}

bool config_set_server(struct config *c, const char *value, const char *where,
		       config_report *report, void *arg)
{
	const struct complain to = {where, report, arg};
	struct server_url u;
	const char *wrong = server_url_parse(&u, value, strlen(value));

	if (wrong != NULL) {
		char buf[96];
		struct text t;

		text_init(&t, buf, sizeof(buf));
		if (u.scheme[0] != '\0' &&
		    !server_url_is_socks5(value, strlen(value))) {
			text_str(&t, "scheme \"");
			text_str(&t, u.scheme);
			text_str(&t, "\": ");
		}
		text_str(&t, wrong);
		return complain_of(&to, value, SERVER_URL_FORM, buf);
	}
	c->server = u.server;
	c->nservers = 0;
	c->server_from_all_proxy = false;
	if (u.has_credentials)
		c->credentials = u.credentials;
	return true;
}

bool config_set_username(struct config *c, const char *value, const char *where,
			 config_report *report, void *arg)
{
	size_t len = strlen(value);

	if (len < 1 || len > sizeof(c->credentials.username)) {
		report(arg, where, "expected a user name of 1 to 255 octets");
		return false;
	}
	memcpy(c->credentials.username, value, len);
	c->credentials.username_len = (uint8_t)len;
	return true;
}

bool config_set_password(struct config *c, const char *value, size_t len,
			 const char *where, config_report *report, void *arg)
{
	if (len < 1 || len > sizeof(c->credentials.password) ||
	    memchr(value, '\0', len) != NULL) {
		report(arg, where,
		       "expected a password of 1 to 255 octets, none of them "
		       "NUL");
		return false;
	}
	memcpy(c->credentials.password, value, len);
	c->credentials.password_len = (uint8_t)len;
	return true;
}

static bool is_separator(char c)
{
	return c == ',' || c == ' ' || c == '\t';
}

static bool add_rule(struct config *c, enum route route, const char *pattern,
		     size_t len, const struct complain *to)
{
	char buf[FAULT_MAX];
	struct text t;
	const char *wrong;

	if (c->rules.count >= RULES_MAX) {
		to->report(to->arg, to->where, "there are more than 512 rules");
		return false;
	}
	wrong = rule_parse(&c->rules.rule[c->rules.count], route, pattern, len);
	if (wrong == NULL) {
		c->rules.count++;
		return true;
	}
	text_init(&t, buf, sizeof(buf));
	server_url_quote(&t, pattern, len);
	text_str(&t, ": ");
	text_str(&t, wrong);
	to->report(to->arg, to->where, buf);
	return false;
}

bool config_add_rules(struct config *c, enum route route, const char *value,
		      const char *where, config_report *report, void *arg)
{
	const struct complain to = {where, report, arg};
	bool good = true, any = false;

	while (*value != '\0') {
		size_t n = 0;

		if (is_separator(*value)) {
			value++;
			continue;
		}
		while (value[n] != '\0' && !is_separator(value[n]))
			n++;
		any = true;
		if (!add_rule(c, route, value, n, &to))
			good = false;
		value += n;
	}
	if (!any) {
		report(arg, where,
		       "expected *, a host, .suffix, CIDR or :port");
		return false;
	}
	return good;
}

static bool set_loopback(struct config *c, const char *value)
{
	c->rules.loopback_proxied = strcmp(value, "proxy") == 0;
	return c->rules.loopback_proxied || strcmp(value, "direct") == 0;
}

static bool set_udp(struct config *c, const char *value)
{
	c->udp_blocked = strcmp(value, "block") == 0;
	return c->udp_blocked || strcmp(value, "proxy") == 0;
}

static bool set_fragment(struct config *c, const char *value)
{
	c->fragment = strcmp(value, "on") == 0;
	return c->fragment || strcmp(value, "off") == 0;
}

static bool set_dns(struct config *c, const char *value)
{
	struct endpoint ep;

	if (strcmp(value, "auto") == 0) {
		c->dns = CONFIG_DNS_AUTO;
		return true;
	}
	if (strcmp(value, "fake") == 0) {
		c->dns = CONFIG_DNS_FAKE;
		return true;
	}
	if (!endpoint_parse(&ep, value, 53) || ep.kind == ENDPOINT_NAME)
		return false;
	c->dns = CONFIG_DNS_ADDR;
	c->dns_server = ep;
	return true;
}

static bool parse_uint(const char *p, unsigned min, unsigned max, unsigned *v)
{
	*v = 0;
	if (*p == '\0' || strlen(p) > 5)
		return false;
	for (; *p != '\0'; p++) {
		if (*p < '0' || *p > '9')
			return false;
		*v = *v * 10 + (unsigned)(*p - '0');
	}
	return *v >= min && *v <= max;
}

/* "ADDRESS/BITS" of a network without host bits. */
static bool parse_network(const char *value, int family, unsigned min,
			  unsigned max, uint8_t *net, unsigned *bits)
{
	size_t size = family == AF_INET ? 4 : 16;
	char host[INET6_ADDRSTRLEN];
	const char *slash = strchr(value, '/');
	size_t n = slash != NULL ? (size_t)(slash - value) : 0;

	if (n == 0 || n >= sizeof(host))
		return false;
	memcpy(host, value, n);
	host[n] = '\0';
	if (inet_pton(family, host, net) != 1 ||
	    !parse_uint(slash + 1, min, max, bits))
		return false;
	for (size_t i = *bits; i < size * 8; i++)
		if (net[i / 8] & 0x80 >> i % 8)
			return false;
	return true;
}

static bool set_fake_ipv4(struct config *c, const char *value)
{
	uint8_t net[4];
	unsigned bits;

	/* 0/8, loopback, multicast and above never leave a program. */
	if (!parse_network(value, AF_INET, 15, 24, net, &bits) || net[0] == 0 ||
	    net[0] == 127 || net[0] >= 224)
		return false;
	memcpy(c->fake_ipv4, net, sizeof(net));
	c->fake_ipv4_prefix = (uint8_t)bits;
	return true;
}

static bool set_fake_ipv6(struct config *c, const char *value)
{
	uint8_t net[16];
	unsigned bits;

	/* ::/16 holds loopback and the mapped forms; ff00::/8 is multicast. */
	if (!parse_network(value, AF_INET6, 64, 64, net, &bits) ||
	    (net[0] == 0 && net[1] == 0) || net[0] == 0xff)
		return false;
	memcpy(c->fake_ipv6, net, sizeof(net));
	return true;
}

static bool set_negotiate_timeout(struct config *c, const char *value)
{
	unsigned v;

	if (!parse_uint(value, 1, UINT16_MAX, &v))
		return false;
	c->negotiate_timeout = (uint16_t)v;
	return true;
}

static bool set_request_timeout(struct config *c, const char *value)
{
	unsigned v;

	if (!parse_uint(value, 1, UINT16_MAX, &v))
		return false;
	c->request_timeout = (uint16_t)v;
	return true;
}

static bool set_pipeline(struct config *c, const char *value)
{
	c->pipeline = strcmp(value, "on") == 0;
	return c->pipeline || strcmp(value, "off") == 0;
}

static const struct {
	const char *key;
	bool (*set)(struct config *c, const char *value);
	const char *expected;
} settings[] = {
	{"loopback", set_loopback, "expected direct or proxy"},
	{"udp", set_udp, "expected proxy or block"},
	{"fragment", set_fragment, "expected on or off"},
	{"dns", set_dns, "expected auto, fake or a name server's address"},
	{"fake-ipv4", set_fake_ipv4,
	 "expected an IPv4 network of 15 to 24 bits, such as 198.18.0.0/15"},
	{"fake-ipv6", set_fake_ipv6,
	 "expected an IPv6 network of 64 bits, such as fd00:1:2:3::/64"},
	{"negotiate-timeout", set_negotiate_timeout,
	 "expected seconds from 1 to 65535"},
	{"request-timeout", set_request_timeout,
	 "expected seconds from 1 to 65535"},
	{"pipeline", set_pipeline, "expected on or off"},
};

int config_setting(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		if (strcmp(settings[i].key, key) == 0)
			return (int)i;
	return -1;
}

bool config_set(struct config *c, int setting, const char *value,
		const char *where, config_report *report, void *arg)
{
	const struct complain to = {where, report, arg};

	return settings[setting].set(c, value) ||
	       complain_of(&to, value, settings[setting].expected, NULL);
}

const struct endpoint *config_first_servers(const struct config *c,
					    unsigned *count)
{
	*count = c->nvia > 0 ? c->via[0].nservers : c->nservers;
	return c->nvia > 0 ? c->via[0].servers : c->servers;
}
