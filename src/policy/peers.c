/* SPDX-License-Identifier: MIT */
/*
 * DOC: What makes the peer table safe
 *
 * A writer claims a place (compare-and-swap of its cookie to all ones),
 * writes, and publishes the cookie. A place is never freed, so a walk along
 * the probes may stop at the first free one. A writer that is killed in
 * between leaves its claim; a later writer takes it over only when nothing
 * else is left, because the claim may as well be one of a live process. Then
 * two may write one place at once: a sum over cookie and contents, in the bits
 * of @rest that nothing else needs, tells a mixed entry from a whole one.
 */
#include "policy/peers.h"

#include <stddef.h>
#include <string.h>

#define FREE UINT64_C(0)
#define BUSY UINT64_MAX

/* How often another process may come between before we give up. */
#define ATTEMPTS 16

/* An entry in private memory. */
struct entry {
	uint64_t addr[2];
	uint64_t rest; /* port, scope id << 16, sum << 48 */
};

static uint64_t mix(uint64_t h)
{
	h = (h ^ h >> 33) * 0xff51afd7ed558ccdu;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53u;
	return h ^ h >> 33;
}

static uint64_t entry_sum(uint64_t cookie, const struct entry *e)
{
	uint64_t h = mix(cookie ^ e->addr[0]);

	h = mix(h ^ e->addr[1]);
	h = mix(h ^ (e->rest & 0xffffffffffffu));
	return h << 48;
}

static bool entry_make(struct entry *e, uint64_t cookie,
		       const struct endpoint *ep)
{
	uint8_t addr[16] = {[10] = 0xff, [11] = 0xff};

	if (ep->kind == ENDPOINT_IPV4)
		memcpy(addr + 12, ep->ipv4, 4);
	else if (ep->kind == ENDPOINT_IPV6)
		memcpy(addr, ep->ipv6, 16);
	else
		return false;
	memcpy(e->addr, addr, 16);
	e->rest = ep->port | (uint64_t)ep->scope_id << 16;
	e->rest |= entry_sum(cookie, e);
	return true;
}

static void entry_to_endpoint(const struct entry *e, struct endpoint *ep)
{
	*ep = (struct endpoint){.port = (uint16_t)e->rest};
	endpoint_set_ipv6(ep, (const uint8_t *)e->addr);
	ep->scope_id = (uint32_t)(e->rest >> 16);
}

/* Each field is released and acquired: see names.c. */
static void entry_store(struct peer *place, const struct entry *e)
{
	atomic_store_explicit(&place->addr[0], e->addr[0],
			      memory_order_release);
	atomic_store_explicit(&place->addr[1], e->addr[1],
			      memory_order_release);
	atomic_store_explicit(&place->rest, e->rest, memory_order_release);
}

static void entry_load(const struct peer *place, struct entry *e)
{
	e->addr[0] =
		atomic_load_explicit(&place->addr[0], memory_order_acquire);
	e->addr[1] =
		atomic_load_explicit(&place->addr[1], memory_order_acquire);
	e->rest = atomic_load_explicit(&place->rest, memory_order_acquire);
}

static uint64_t cookie_load(const struct peer *place)
{
	return atomic_load_explicit(&place->cookie, memory_order_acquire);
}

/*
 * The kernel counts cookies up. Not mixed, those of one time share a page of
 * memory, instead of having one each, and the oldest are overwritten first.
 */
static size_t probe(uint64_t cookie, unsigned i)
{
	return (cookie + i) & (PEERS_PLACES - 1);
}

/*
 * The place for a cookie: its own, else a free one, else the oldest socket's,
 * else another writer's claim. @was becomes the cookie that it holds.
 */
static struct peer *find_place(struct peers *p, uint64_t cookie, uint64_t *was)
{
	struct peer *best = NULL;

	*was = BUSY;
	for (unsigned i = 0; i < PEERS_PROBES; i++) {
		struct peer *place = &p->place[probe(cookie, i)];
		uint64_t c = cookie_load(place);

		if (!best || c < *was || c == cookie) {
			best = place;
			*was = c;
		}
		/* All ones is the greatest number: the last resort. */
		if (c == cookie || c == FREE)
			break;
	}
	return best;
}

void peers_put(struct peers *p, uint64_t cookie, const struct endpoint *ep)
{
	struct entry e;

	if (cookie == FREE || cookie == BUSY || !entry_make(&e, cookie, ep))
		return;
	for (int i = 0; i < ATTEMPTS; i++) {
		uint64_t was, claim = BUSY;
		struct peer *place = find_place(p, cookie, &was);

		if (!atomic_compare_exchange_strong(&place->cookie, &was, BUSY))
			continue;
		entry_store(place, &e);
		if (atomic_compare_exchange_strong(&place->cookie, &claim,
						   cookie))
			return;
	}
}

/* Return: 1 and the entry; 0 if it is not the cookie's; -1 to look again */
static int place_read(const struct peer *place, uint64_t cookie,
		      struct entry *e)
{
	if (cookie_load(place) != cookie)
		return 0;
	entry_load(place, e);
	if (cookie_load(place) != cookie ||
	    entry_sum(cookie, e) != (e->rest & ~UINT64_C(0xffffffffffff)))
		return -1;
	return 1;
}

/* No socket is connected to [::%4294967295]:0. */
static bool is_dropped(const struct entry *e)
{
	return !e->addr[0] && !e->addr[1] &&
	       (e->rest & 0xffffffffffffu) == 0xffffffff0000u;
}

void peers_drop(struct peers *p, uint64_t cookie)
{
	const struct endpoint nobody = {.kind = ENDPOINT_IPV6,
					.scope_id = UINT32_MAX};
	struct endpoint ep;

	if (peers_get(p, cookie, &ep))
		peers_put(p, cookie, &nobody);
}

bool peers_get(const struct peers *p, uint64_t cookie, struct endpoint *ep)
{
	struct entry e;

	if (cookie == FREE || cookie == BUSY)
		return false;
	for (unsigned i = 0; i < PEERS_PROBES; i++) {
		const struct peer *place = &p->place[probe(cookie, i)];
		int rc = place_read(place, cookie, &e);

		for (int j = 0; rc < 0 && j < ATTEMPTS; j++)
			rc = place_read(place, cookie, &e);
		if (rc > 0) {
			entry_to_endpoint(&e, ep);
			return !is_dropped(&e);
		}
		if (cookie_load(place) == FREE)
			return false;
	}
	return false;
}
