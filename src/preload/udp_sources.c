/* SPDX-License-Identifier: MIT */
#include "preload/udp_sources.h"

#include <stdatomic.h>
#include <stdint.h>

#include "base/compiler.h"

#define PLACES 256u /* a power of two */

static struct source {
	uint32_t owner; /* index + 1; 0: free */
	union udp_address source, asked;
} places[PLACES];

static atomic_flag busy = ATOMIC_FLAG_INIT;
static atomic_bool any;

static bool enter(void)
{
	return !atomic_flag_test_and_set_explicit(&busy, memory_order_acquire);
}

static void leave(void)
{
	atomic_flag_clear_explicit(&busy, memory_order_release);
}

static struct source *place_of(unsigned index, const union udp_address *source)
{
	const uint8_t *p = (const uint8_t *)source;
	uint32_t h = index * 2654435761u;

	for (socklen_t i = 0; i < udp_address_len(source); i++)
		h = (h ^ p[i]) * 16777619u;
	return &places[(h ^ h >> 16) % PLACES];
}

void udp_sources_learn(unsigned index, const union udp_address *source,
		       const union udp_address *asked)
{
	struct source *s;

	if (!enter())
		return;
	s = place_of(index, source);
	s->owner = index + 1;
	s->source = *source;
	s->asked = *asked;
	leave();
	atomic_store_explicit(&any, true, memory_order_release);
}

bool udp_sources_find(unsigned index, union udp_address *source)
{
	const struct source *s;
	bool found;

	if (likely(!atomic_load_explicit(&any, memory_order_acquire)) ||
	    !enter())
		return false;
	s = place_of(index, source);
	found = s->owner == index + 1 && udp_address_same(&s->source, source);
	if (found)
		*source = s->asked;
	leave();
	return found;
}

void udp_sources_forget(unsigned index)
{
	if (likely(!atomic_load_explicit(&any, memory_order_acquire)) ||
	    !enter())
		return;
	for (unsigned i = 0; i < PLACES; i++)
		if (places[i].owner == index + 1)
			places[i].owner = 0;
	leave();
}
