/* SPDX-License-Identifier: MIT */
#include "policy/run.h"

#include <stddef.h>
#include <string.h>

#include "socks/reply.h"

_Static_assert(SOCKS_FAIL_COUNT <= 64, "one bit of run.reported each");
_Static_assert(sizeof(struct run) <= UINT32_MAX, "run.size holds it");

/* Only what is in use: the rest of the memory is never to be backed. */
static void copy_config(struct config *to, const struct config *from)
{
	size_t tail = offsetof(struct config, rules) + sizeof(struct rules);
	size_t count = from->rules.count, hops = from->nvia, head;

	if (hops > CONFIG_VIA_MAX)
		hops = CONFIG_VIA_MAX;
	if (count > RULES_MAX)
		count = RULES_MAX;
	head = offsetof(struct config, rules.rule) +
	       count * sizeof(struct rule);
	memcpy(to, from, head);
	to->rules.count = (uint16_t)count;
	memcpy((char *)to + tail, (const char *)from + tail,
	       offsetof(struct config, via) +
		       hops * sizeof(struct config_hop) - tail);
	to->nvia = (uint8_t)hops;
}

void run_init(struct run *run, const struct config *config, uint64_t cookie)
{
	copy_config(&run->config, config);
	names_init(&run->names, config->fake_ipv4, config->fake_ipv4_prefix,
		   config->fake_ipv6);
	run->cookie = cookie ? cookie : 1;
	run->size = sizeof(*run);
	run->version = RUN_VERSION;
	run->magic = RUN_MAGIC;
}

bool run_is_valid(const struct run *run, uint64_t size)
{
	/* The size comes first: a shorter one may not even hold the header. */
	return size >= sizeof(*run) && run->magic == RUN_MAGIC &&
	       run->version == RUN_VERSION && run->size == sizeof(*run) &&
	       run->cookie && run->config.rules.count <= RULES_MAX &&
	       run->config.nservers <= CONFIG_SERVERS_MAX &&
	       run->config.nvia <= CONFIG_VIA_MAX;
}

bool run_first_report(struct run *run, enum socks_failure failure)
{
	uint64_t bit = UINT64_C(1) << (failure & 63);

	return !(atomic_fetch_or(&run->reported, bit) & bit);
}
