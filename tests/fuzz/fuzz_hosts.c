/* SPDX-License-Identifier: MIT */
/*
 * hosts(5) and resolv.conf(5). The input's first line is a name or an
 * address to look for; the rest is the file.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/hosts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

static void require_address(const struct endpoint *ep, int family)
{
	require(ep->kind == ENDPOINT_IPV4 || ep->kind == ENDPOINT_IPV6);
	require(family == AF_UNSPEC ||
		ep->kind ==
			(family == AF_INET ? ENDPOINT_IPV4 : ENDPOINT_IPV6));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int families[] = {AF_UNSPEC, AF_INET, AF_INET6};
	const char *text = (const char *)data;
	const char *end = size ? memchr(text, '\n', size) : NULL;
	size_t n, first = end ? (size_t)(end - text) : 0, count[3];
	struct endpoint ep[4], name = {0}, servers[RESOLV_SERVERS_MAX];
	char *wanted = malloc(first + 1);

	if (!wanted)
		return 0;
	memcpy(wanted, end ? text : "", first);
	wanted[first] = 0;
	if (end) {
		text += first + 1;
		size -= first + 1;
	}

	for (int i = 0; i < 3; i++) {
		name.kind = ENDPOINT_NONE;
		n = count[i] = hosts_by_name(text, size, wanted, families[i],
					     ep, 4, &name);
		require(n <= 4);
		require((n > 0) == (name.kind == ENDPOINT_NAME));
		while (n--)
			require_address(&ep[n], families[i]);
	}
	require(count[0] <= count[1] + count[2]);

	if (endpoint_parse_host(&ep[0], wanted, first) &&
	    hosts_by_address(text, size, &ep[0], &name)) {
		require(ep[0].kind != ENDPOINT_NAME);
		require(name.kind == ENDPOINT_NAME);
		/* The way back leads somewhere. */
		if (name.name[0] != '.' || name.name_len > 1)
			require(hosts_by_name(text, size, name.name, AF_UNSPEC,
					      ep, 4, NULL) > 0);
	}

	n = resolv_servers(text, size, servers);
	require(n <= RESOLV_SERVERS_MAX);
	while (n--) {
		require_address(&servers[n], AF_UNSPEC);
		require(servers[n].port == 53);
	}
	if (host_is_localhost(wanted, first))
		require(first >= 9);
	if (!host_is_impossible(wanted, first))
		require(first > 0 && first <= 254);
	host_is_impossible(text, size);
	host_is_localhost(text, size);
	free(wanted);
	return 0;
}
