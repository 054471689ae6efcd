/* SPDX-License-Identifier: MIT */
/* Patterns of rules and NO_PROXY values, and what they then decide. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

static void check_rule(const struct rule *r)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct rules rules = {.count = 1, .rule[0] = *r};
	struct endpoint dst = {.port = r->port_last};
	size_t len = r->name_len;

	require(r->match <= RULE_DOMAIN);
	require(r->port_first <= r->port_last);
	require(r->prefix_len <= 128);
	require(r->name_len == strlen(r->name));
	require((r->name_len > 0) == (r->match >= RULE_HOST));

	/* A rule matches what it names. */
	if (r->match == RULE_NET &&
	    (r->prefix_len < 96 || memcmp(r->net, mapped, 12))) {
		dst.kind = ENDPOINT_IPV6;
		memcpy(dst.ipv6, r->net, 16);
		/* ::ffff:0:0/95 and the like hold no address of IPv6 here. */
		if (!memcmp(r->net, mapped, 12))
			return;
	} else if (r->match == RULE_NET) {
		dst.kind = ENDPOINT_IPV4;
		memcpy(dst.ipv4, r->net + 12, 4);
	} else if (r->match == RULE_SUFFIX) {
		dst.kind = ENDPOINT_NAME;
		dst.name[0] = 'x';
		dst.name[1] = '.';
		memcpy(dst.name + 2, r->name, len);
		dst.name_len = (uint8_t)(len + 2);
	} else {
		require(endpoint_set_name(&dst, len ? r->name : "any",
					  len ? len : 3));
	}
	require(rules_judge(&rules, NULL, 0, &dst).judge == 0);
	dst.port = r->port_first;
	require(rules_judge(&rules, NULL, 0, &dst).judge == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rules rules;
	struct rule r;
	char *text = malloc(size + 1); /* the NUL for NO_PROXY alone */

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = 0;

	if (!rule_parse(&r, ROUTE_REFUSE, (const char *)data, size)) {
		check_rule(&r);
		require(r.route == ROUTE_REFUSE);
	}
	rules.count = 0;
	rules_parse_no_proxy(&rules, text);
	require(rules.count <= RULES_MAX);
	for (int i = 0; i < rules.count; i++) {
		require(rules.rule[i].route == ROUTE_DIRECT);
		check_rule(&rules.rule[i]);
	}
	free(text);
	return 0;
}
