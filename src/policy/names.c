/* SPDX-License-Identifier: MIT */
/*
 * DOC: What makes the name table safe
 *
 * A slot word is never emptied once it has been filled, so a walk along a
 * name's probes may stop at the first empty slot, and two processes that
 * insert one name meet in the same slot. Only where records give way to others
 * (every probe taken) may a race leave a name with two slots; both lead to
 * the name, and the one that is not found by name idles out.
 *
 * A record's room keeps its size class for ever, and each of its fields is
 * atomic. So whoever holds a stale slot word may read the record (and store
 * @last_used) without harm; what it has read counts only if the slot word is
 * still the same afterwards. The order is carried by the fields themselves:
 * they are stored with release and loaded with acquire, so that who sees a
 * field of the next tenant also sees that the slot word has changed.
 */
#include "policy/names.h"

#include <errno.h>
#include <string.h>

#include "base/compiler.h"
#include "policy/fold.h"

/*
 * A slot word: where the record is (in units of 8 octets; 0: empty), some
 * bits of the hash that spare a look at the record, and the generation.
 */
#define UNIT	   8u
#define UNIT_BITS  23
#define UNIT_MASK  ((1u << UNIT_BITS) - 1)
#define TAG_BITS   9
#define TAG_MASK   ((1u << TAG_BITS) - 1)
#define GENERATION 32 /* and above */

_Static_assert(NAMES_ARENA / UNIT <= UNIT_MASK + 1, "every unit has a number");
_Static_assert(UNIT_BITS + TAG_BITS == GENERATION, "a word has no gaps");

#define NAME_WORDS ((ENDPOINT_NAME_MAX + 7) / 8)
#define REAL_WORDS (NAMES_REAL_MAX * 2)

struct record {
	_Atomic uint32_t next;	    /* of a free list, in units */
	_Atomic uint32_t last_used; /* seconds; any process, at any time */
	_Atomic uint32_t hash;	    /* the upper half, to reject quickly */
	_Atomic uint32_t shape;	    /* name length, reals << 8, class << 16 */
	_Atomic uint64_t word[];    /* the name, zero-padded, then the reals */
};

_Static_assert(sizeof(struct record) == 16, "no padding");

/*
 * Octets of a record by size class. The first ones are for names of up to 16,
 * 24, 32 and 48 octets; the last two hold any name without, and with, reals.
 */
static const uint16_t class_size[] = {32, 40, 48, 64, 96, 160, 272, 400};

#define CLASSES (sizeof(class_size) / sizeof(class_size[0]))

_Static_assert(CLASSES == ARRAY_SIZE(((struct names *)0)->free_lists),
	       "one free list per class");
_Static_assert(sizeof(struct record) + (NAME_WORDS + REAL_WORDS) * 8 <= 400,
	       "the last class holds everything");

/* What a record says, in private memory. */
struct copy {
	uint8_t len, nreal;
	union {
		uint64_t word[NAME_WORDS];
		char name[NAME_WORDS * 8];
	};
	uint64_t real[REAL_WORDS];
};

/* What is looked for. */
struct key {
	const char *name;
	size_t len; /* without the trailing dot */
	uint64_t hash;
};

struct place {
	uint32_t slot;
	uint64_t word; /* as it was found */
};

enum found { FOUND_NAME, FOUND_EMPTY, FOUND_NONE };

static size_t words_of(size_t octets)
{
	return (octets + 7) / 8;
}

/* FNV-1a and MurmurHash3's finalizer: addresses use few of the bits. */
static uint64_t hash_of(const char *name, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (uint8_t)text_lower(name[i])) * 0x100000001b3u;
	h = (h ^ h >> 33) * 0xff51afd7ed558ccdu;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53u;
	return h ^ h >> 33;
}

static uint32_t tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 20) & TAG_MASK;
}

static uint32_t word_unit(uint64_t word)
{
	return (uint32_t)word & UNIT_MASK;
}

static uint32_t word_tag(uint64_t word)
{
	return (uint32_t)word >> UNIT_BITS;
}

/* The word that follows @old in a slot. */
static uint64_t word_next(uint64_t old, uint32_t unit, uint32_t tag)
{
	return ((old >> GENERATION) + 1) << GENERATION |
	       (uint64_t)tag << UNIT_BITS | unit;
}

static struct record *record_at(const struct names *n, uint32_t unit)
{
	return (struct record *)(n->arena + (size_t)unit * UNIT);
}

static uint64_t slot_load(const struct names *n, uint32_t slot)
{
	return atomic_load_explicit(&n->slot[slot], memory_order_acquire);
}

static bool slot_swap(struct names *n, const struct place *p, uint64_t to)
{
	uint64_t expected = p->word;

	return atomic_compare_exchange_strong(&n->slot[p->slot], &expected, to);
}

/* The first and the last address of a network look like no host's. */
static bool slot_usable(const struct names *n, uint32_t slot)
{
	return slot > 0 && slot < n->slots - 1;
}

static uint32_t probes(const struct names *n)
{
	return n->slots < NAMES_PROBES ? n->slots : NAMES_PROBES;
}

/* Double hashing: an odd stride visits every slot of a power of two. */
static uint32_t probe(const struct names *n, const struct key *k, uint32_t i)
{
	uint32_t stride = (uint32_t)(k->hash >> 32) | 1;

	return ((uint32_t)k->hash + i * stride) & (n->slots - 1);
}

static void touch(struct record *r, uint32_t now)
{
	uint32_t last =
		atomic_load_explicit(&r->last_used, memory_order_relaxed);

	/* A store for each use would take the line from all other readers. */
	if ((int32_t)(now - last) > 0)
		atomic_store_explicit(&r->last_used, now, memory_order_relaxed);
}

/*
 * Records: taken from the free list of their class, else from the arena.
 */

static uint32_t free_list_pop(struct names *n, size_t class)
{
	_Atomic uint64_t *list = &n->free_lists[class];
	uint64_t head = atomic_load_explicit(list, memory_order_acquire);
	uint64_t next;

	do {
		struct record *r = record_at(n, word_unit(head));

		if (!word_unit(head))
			return 0;
		/*
		 * Another may pop and fill the record meanwhile: then the
		 * generation in the head has changed, whatever we read here.
		 */
		next = word_next(
			head,
			atomic_load_explicit(&r->next, memory_order_acquire),
			0);
	} while (!atomic_compare_exchange_weak(list, &head, next));
	return word_unit(head);
}

/* Give back a record that no slot refers to. */
static void record_free(struct names *n, uint32_t unit)
{
	struct record *r = record_at(n, unit);
	size_t class =
		atomic_load_explicit(&r->shape, memory_order_acquire) >> 16;
	_Atomic uint64_t *list = &n->free_lists[class % CLASSES];
	uint64_t head = atomic_load_explicit(list, memory_order_acquire);

	do {
		atomic_store_explicit(&r->next, word_unit(head),
				      memory_order_release);
	} while (!atomic_compare_exchange_weak(list, &head,
					       word_next(head, unit, 0)));
}

static uint32_t arena_take(struct names *n, uint32_t size)
{
	uint32_t used =
		atomic_load_explicit(&n->arena_used, memory_order_relaxed);

	/* Not fetch_add: failures must not carry it past the end. */
	do {
		if (size > NAMES_ARENA - used)
			return 0;
	} while (!atomic_compare_exchange_weak(&n->arena_used, &used,
					       used + size));
	return used / UNIT;
}

/* Room for @size octets; @class becomes its class. Return: its unit, or 0. */
static uint32_t record_take(struct names *n, size_t size, size_t *class)
{
	uint32_t unit;
	size_t c = 0;

	while (class_size[c] < size)
		c++;
	*class = c;
	unit = free_list_pop(n, c);
	if (!unit)
		unit = arena_take(n, class_size[c]);
	while (!unit && ++c < CLASSES) {
		*class = c;
		unit = free_list_pop(n, c);
	}
	return unit;
}

/* Write a record that nobody else knows of yet. Return: its unit, or 0. */
static uint32_t record_make(struct names *n, const struct copy *c,
			    uint64_t hash, uint32_t now)
{
	size_t nwords = words_of(c->len);
	size_t nreal = (size_t)c->nreal * 2;
	size_t class;
	uint32_t unit = record_take(
		n, sizeof(struct record) + (nwords + nreal) * 8, &class);
	struct record *r = record_at(n, unit);

	if (!unit)
		return 0;
	atomic_store_explicit(&r->last_used, now, memory_order_release);
	atomic_store_explicit(&r->hash, (uint32_t)(hash >> 32),
			      memory_order_release);
	atomic_store_explicit(&r->shape,
			      c->len | (uint32_t)c->nreal << 8 |
				      (uint32_t) class << 16,
			      memory_order_release);
	for (size_t i = 0; i < nwords; i++)
		atomic_store_explicit(&r->word[i], c->word[i],
				      memory_order_release);
	for (size_t i = 0; i < nreal; i++)
		atomic_store_explicit(&r->word[nwords + i], c->real[i],
				      memory_order_release);
	return unit;
}

/* The caller checks the slot word before it believes what is read here. */
static void record_read(const struct record *r, struct copy *c)
{
	uint32_t shape = atomic_load_explicit(&r->shape, memory_order_acquire);
	size_t nwords = words_of(shape & 0xff);

	c->len = shape & 0xff;
	c->nreal = shape >> 8 & 0xff;
	if (c->nreal > NAMES_REAL_MAX)
		c->nreal = NAMES_REAL_MAX;
	for (size_t i = 0; i < nwords; i++)
		c->word[i] =
			atomic_load_explicit(&r->word[i], memory_order_acquire);
	for (size_t i = 0; i < c->nreal * 2u; i++)
		c->real[i] = atomic_load_explicit(&r->word[nwords + i],
						  memory_order_acquire);
}

static bool record_is(const struct record *r, const struct key *k)
{
	union {
		uint64_t word[NAME_WORDS];
		char name[NAME_WORDS * 8];
	} u;
	size_t len;

	if (atomic_load_explicit(&r->hash, memory_order_acquire) !=
	    (uint32_t)(k->hash >> 32))
		return false;
	len = atomic_load_explicit(&r->shape, memory_order_acquire) & 0xff;
	for (size_t i = 0; i < words_of(len); i++)
		u.word[i] =
			atomic_load_explicit(&r->word[i], memory_order_acquire);
	return fold_equal(u.name, len, k->name, k->len);
}

/*
 * A whole record, and its slot word. With @now, note that it is in use:
 * before the word is checked again, so that it is noted on the right record.
 */
static bool slot_read(const struct names *n, struct place *p, struct copy *c,
		      const uint32_t *now)
{
	for (;;) {
		struct record *r;

		p->word = slot_load(n, p->slot);
		if (!word_unit(p->word))
			return false;
		r = record_at(n, word_unit(p->word));
		record_read(r, c);
		if (now)
			touch(r, *now);
		if (slot_load(n, p->slot) == p->word)
			return true;
	}
}

/* Does the slot hold the name? @p->word becomes its word. */
static bool slot_holds(const struct names *n, const struct key *k,
		       struct place *p)
{
	for (;;) {
		bool same;

		p->word = slot_load(n, p->slot);
		if (!word_unit(p->word) || word_tag(p->word) != tag_of(k->hash))
			return false;
		same = record_is(record_at(n, word_unit(p->word)), k);
		if (slot_load(n, p->slot) == p->word)
			return same;
	}
}

static enum found find(const struct names *n, const struct key *k,
		       struct place *p)
{
	for (uint32_t i = 0; i < probes(n); i++) {
		p->slot = probe(n, k, i);
		if (!slot_usable(n, p->slot))
			continue;
		if (slot_holds(n, k, p))
			return FOUND_NAME;
		if (!word_unit(p->word))
			return FOUND_EMPTY;
	}
	return FOUND_NONE;
}

/* The name idle longest that may give way. */
static bool find_idle(const struct names *n, const struct key *k, uint32_t now,
		      struct place *p)
{
	int32_t longest = NAMES_IDLE - 1;

	for (uint32_t i = 0; i < probes(n); i++) {
		uint32_t slot = probe(n, k, i);
		uint64_t word = slot_load(n, slot);
		int32_t idle;

		if (!slot_usable(n, slot) || !word_unit(word))
			continue;
		idle = (int32_t)(now - atomic_load_explicit(
					       &record_at(n, word_unit(word))
							->last_used,
					       memory_order_acquire));
		if (idle <= longest)
			continue;
		longest = idle;
		*p = (struct place){.slot = slot, .word = word};
	}
	return longest >= (int32_t)NAMES_IDLE;
}

/*
 * Replace the real addresses of a name that stands at @p; the name stays as
 * it was first given.
 * Return: 0, -EAGAIN when there is no room, -ESTALE to look again
 */
static int update_real(struct names *n, const struct key *k, struct place *p,
		       const struct copy *new, uint32_t now)
{
	struct copy old;
	uint32_t unit;
	uint64_t word = p->word;

	if (!slot_read(n, p, &old, &now) || p->word != word)
		return -ESTALE;
	if (old.nreal == new->nreal &&
	    !memcmp(old.real, new->real, new->nreal * 16u))
		return 0;
	old.nreal = new->nreal;
	memcpy(old.real, new->real, new->nreal * 16u);
	unit = record_make(n, &old, k->hash, now);
	if (!unit)
		return -EAGAIN;
	if (!slot_swap(n, p, word_next(word, unit, tag_of(k->hash)))) {
		record_free(n, unit);
		return -ESTALE;
	}
	record_free(n, word_unit(word));
	return 0;
}

/* Fill @c with what is to be stored. */
static void copy_make(struct copy *c, const char *name, size_t len,
		      const struct endpoint *real, size_t nreal)
{
	c->len = (uint8_t)len;
	c->nreal = 0;
	c->word[words_of(len) - 1] = 0; /* the padding */
	memcpy(c->name, name, len);
	for (size_t i = 0; i < nreal && c->nreal < NAMES_REAL_MAX; i++) {
		uint8_t addr[16] = {[10] = 0xff, [11] = 0xff};

		if (real[i].kind == ENDPOINT_IPV4)
			memcpy(addr + 12, real[i].ipv4, 4);
		else if (real[i].kind == ENDPOINT_IPV6)
			memcpy(addr, real[i].ipv6, 16);
		else
			continue;
		memcpy(&c->real[c->nreal++ * 2], addr, 16);
	}
}

/*
 * Put a new name at @p, in place of what is there. @unit is its record, made
 * at first need and kept for the next attempt.
 * Return: 0, -EAGAIN when there is no room, -ESTALE to look again
 */
static int place_new(struct names *n, const struct key *k, struct place *p,
		     const struct copy *new, uint32_t now, uint32_t *unit)
{
	if (!*unit)
		*unit = record_make(n, new, k->hash, now);
	if (!*unit)
		return -EAGAIN;
	if (!slot_swap(n, p, word_next(p->word, *unit, tag_of(k->hash))))
		return -ESTALE;
	*unit = 0;
	if (word_unit(p->word))
		record_free(n, word_unit(p->word));
	else
		atomic_fetch_add(&n->count, 1);
	return 0;
}

int names_insert(struct names *n, const char *name, size_t len, uint32_t now,
		 const struct endpoint *real, size_t nreal)
{
	struct key k = {.name = name};
	struct place p;
	struct copy new;
	uint32_t unit = 0;
	int rc;

	if (!len || len > ENDPOINT_NAME_MAX)
		return -EINVAL;
	k.len = fold_len(name, len);
	/* The root is no host, and a name cannot hold NUL. */
	if (!k.len || memchr(name, 0, len))
		return -EINVAL;
	k.hash = hash_of(name, k.len);
	copy_make(&new, name, len, real, nreal);

	/* Every -ESTALE means that another process has come further. */
	do {
		switch (find(n, &k, &p)) {
		case FOUND_NAME:
			rc = 0;
			if (new.nreal)
				rc = update_real(n, &k, &p, &new, now);
			else
				touch(record_at(n, word_unit(p.word)), now);
			break;
		case FOUND_NONE:
			if (!find_idle(n, &k, now, &p)) {
				rc = -EAGAIN;
				break;
			}
			rc = place_new(n, &k, &p, &new, now, &unit);
			break;
		case FOUND_EMPTY:
		default:
			rc = place_new(n, &k, &p, &new, now, &unit);
			break;
		}
	} while (rc == -ESTALE);

	if (unit)
		record_free(n, unit);
	return rc ? rc : (int)p.slot;
}

void names_init(struct names *n, const uint8_t ipv4_net[static 4],
		unsigned ipv4_prefix, const uint8_t ipv6_net[static 16])
{
	uint32_t mask;

	if (ipv4_prefix < 15)
		ipv4_prefix = 15;
	if (ipv4_prefix > 24)
		ipv4_prefix = 24;
	n->slots = 1u << (32 - ipv4_prefix);
	mask = ~(n->slots - 1);
	for (int i = 0; i < 4; i++)
		n->ipv4_net[i] = ipv4_net[i] & (uint8_t)(mask >> (24 - 8 * i));
	memcpy(n->ipv6_net, ipv6_net, 8);
	memset(n->ipv6_net + 8, 0, 8);
	/* Unit 0 is no record. */
	atomic_store_explicit(&n->arena_used, 64, memory_order_relaxed);
}

static uint32_t be32(const uint8_t p[static 4])
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* Fill in the low bits of an address. */
static void or_be32(uint8_t p[static 4], uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] |= (uint8_t)(v >> (24 - 8 * i));
}

void names_address(const struct names *n, int slot, int family,
		   struct endpoint *ep)
{
	*ep = (struct endpoint){.kind = ENDPOINT_IPV4};
	if (family == AF_INET6) {
		ep->kind = ENDPOINT_IPV6;
		memcpy(ep->ipv6, n->ipv6_net, 16);
		or_be32(ep->ipv6 + 12, (uint32_t)slot);
	} else {
		memcpy(ep->ipv4, n->ipv4_net, 4);
		or_be32(ep->ipv4, (uint32_t)slot);
	}
}

int names_slot(const struct names *n, const struct endpoint *ep)
{
	uint32_t slot;

	if (ep->kind == ENDPOINT_IPV4) {
		slot = be32(ep->ipv4) ^ be32(n->ipv4_net);
		if (slot >= n->slots)
			return -EINVAL;
	} else if (ep->kind == ENDPOINT_IPV6) {
		if (memcmp(ep->ipv6, n->ipv6_net, 8))
			return -EINVAL;
		slot = be32(ep->ipv6 + 12);
		if (be32(ep->ipv6 + 8) || slot >= n->slots)
			return -ENOENT;
	} else {
		return -EINVAL;
	}
	return word_unit(slot_load(n, slot)) ? (int)slot : -ENOENT;
}

bool names_get(struct names *n, int slot, uint32_t now, struct endpoint *ep)
{
	struct place p = {.slot = (uint32_t)slot};
	struct copy c;

	if (slot < 0 || p.slot >= n->slots || !slot_read(n, &p, &c, &now))
		return false;
	return endpoint_set_name(ep, c.name, c.len);
}

size_t names_real(const struct names *n, int slot,
		  struct endpoint real[static NAMES_REAL_MAX])
{
	struct place p = {.slot = (uint32_t)slot};
	struct copy c;

	if (slot < 0 || p.slot >= n->slots || !slot_read(n, &p, &c, NULL))
		return 0;
	for (size_t i = 0; i < c.nreal; i++) {
		real[i] = (struct endpoint){0};
		endpoint_set_ipv6(&real[i], (const uint8_t *)&c.real[i * 2]);
	}
	return c.nreal;
}
