/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/compiler.h"
#include "policy/names.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLOW 1
#endif
#endif
#ifndef SLOW
#define SLOW 0
#endif

static const uint8_t net4[4] = {198, 18, 0, 0};
static const uint8_t net6[16] = {0xfd, 1, 2, 3, 4, 5, 6, 7, 9, 9};

static struct names *table(unsigned prefix)
{
	struct names *n =
		mmap(NULL, sizeof(*n), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	ck_assert_ptr_ne(n, MAP_FAILED);
	names_init(n, net4, prefix, net6);
	return n;
}

static int insert(struct names *n, const char *name, uint32_t now)
{
	return names_insert(n, name, strlen(name), now, NULL, 0);
}

static const char *get(struct names *n, int slot, uint32_t now)
{
	static struct endpoint ep;

	if (!names_get(n, slot, now, &ep))
		return "(none)";
	ck_assert_int_eq(ep.kind, ENDPOINT_NAME);
	return ep.name;
}

static struct endpoint literal(const char *text)
{
	struct endpoint ep = {0};

	ck_assert(endpoint_parse_host(&ep, text, strlen(text)));
	return ep;
}

START_TEST(test_insert)
{
	struct names *n = table(15);
	int slot = insert(n, "Example.COM", 1);
	struct endpoint ep = {.port = 443};
	char longest[257];

	ck_assert_int_gt(slot, 0);
	ck_assert_int_eq(insert(n, "example.com", 1), slot);
	ck_assert_int_eq(insert(n, "EXAMPLE.com.", 1), slot);
	ck_assert_int_ne(insert(n, "example.com..", 1), slot);
	ck_assert_int_ne(insert(n, "example.co", 1), slot);
	ck_assert_int_ne(insert(n, "xexample.com", 1), slot);
	ck_assert_uint_eq(n->count, 4);
	ck_assert(names_get(n, slot, 1, &ep));
	ck_assert_str_eq(ep.name, "Example.COM");
	ck_assert_uint_eq(ep.name_len, 11);
	ck_assert_uint_eq(ep.port, 443);
	/* As first given, the dot included. */
	ck_assert_str_eq(get(n, insert(n, "Dot.", 1), 1), "Dot.");
	ck_assert_str_eq(get(n, insert(n, "dot", 1), 1), "Dot.");

	for (size_t len = 1; len <= 255; len++) {
		memset(longest, 'a', len);
		longest[len] = 0;
		slot = insert(n, longest, 1);
		ck_assert_int_gt(slot, 0);
		ck_assert_str_eq(get(n, slot, 1), longest);
	}
	ck_assert_int_eq(names_insert(n, longest, 256, 1, NULL, 0), -EINVAL);
	ck_assert_int_eq(names_insert(n, "", 0, 1, NULL, 0), -EINVAL);
	ck_assert_int_eq(names_insert(n, ".", 1, 1, NULL, 0), -EINVAL);
	ck_assert_int_eq(names_insert(n, "a\0b", 3, 1, NULL, 0), -EINVAL);
	slot = names_insert(n, "\xff\x01 %", 4, 1, NULL, 0);
	ck_assert_str_eq(get(n, slot, 1), "\xff\x01 %");
	ck_assert_str_eq(get(n, 0, 1), "(none)");
	ck_assert_str_eq(get(n, -1, 1), "(none)");
	ck_assert_str_eq(get(n, 131072, 1), "(none)");
}
END_TEST

START_TEST(test_address)
{
	static const struct {
		const char *addr;
		int rc; /* 0: the slot of "example.com" */
	} known[] = {
		{"198.17.255.255", -EINVAL},
		{"198.18.0.0", -ENOENT},
		{"198.18.0.1", -ENOENT},
		{"198.19.255.255", -ENOENT},
		{"198.20.0.0", -EINVAL},
		{"10.0.0.1", -EINVAL},
		{"fd01:203:405:607::", -ENOENT},
		{"fd01:203:405:607::1", -ENOENT},
		{"fd01:203:405:607:1::", -ENOENT},
		{"fd01:203:405:607::2:0", -ENOENT},
		{"fd01:203:405:608::1", -EINVAL},
		{"2001:db8::1", -EINVAL},
		{"example.com", -EINVAL},
	};
	struct names *n = table(15);
	int slot = insert(n, "example.com", 1);
	struct endpoint ep = {.port = 9, .scope_id = 9};
	char text[ENDPOINT_TEXT_MAX], expected[64];

	/*
	 * This address is in people's known_hosts: a change of the hash is a
	 * change of the interface.
	 */
	ck_assert_int_eq(slot, 0xd599);
	names_address(n, slot, AF_INET, &ep);
	endpoint_format(&ep, text);
	snprintf(expected, sizeof(expected), "198.%d.%d.%d:0",
		 18 + (slot >> 16), slot >> 8 & 255, slot & 255);
	ck_assert_str_eq(text, expected);
	ck_assert_int_eq(names_slot(n, &ep), slot);
	ep.port = 80;
	ck_assert_int_eq(names_slot(n, &ep), slot);

	ep = (struct endpoint){.port = 9, .scope_id = 9};
	names_address(n, slot, AF_INET6, &ep);
	endpoint_format(&ep, text);
	snprintf(expected, sizeof(expected), "[fd01:203:405:607::%x]:0", slot);
	ck_assert_str_eq(text, expected);
	ck_assert_int_eq(names_slot(n, &ep), slot);
	ep.ipv6[8] = 1;
	ck_assert_int_eq(names_slot(n, &ep), -ENOENT);

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		ep = literal(known[i].addr);
		ck_assert_msg(names_slot(n, &ep) == known[i].rc, "%s: %d",
			      known[i].addr, names_slot(n, &ep));
	}
	ep = (struct endpoint){0};
	ck_assert_int_eq(names_slot(n, &ep), -EINVAL);
}
END_TEST

START_TEST(test_init)
{
	static const struct {
		unsigned prefix;
		uint32_t slots;
		uint8_t net[4];
	} cases[] = {
		{15, 131072, {10, 254, 0, 0}}, {16, 65536, {10, 255, 0, 0}},
		{20, 4096, {10, 255, 240, 0}}, {24, 256, {10, 255, 255, 0}},
		{8, 131072, {10, 254, 0, 0}},  {30, 256, {10, 255, 255, 0}},
	};
	static const uint8_t host[4] = {10, 255, 255, 255};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct names *n = table(15);
		struct endpoint ep;
		int slot;

		names_init(n, host, cases[i].prefix, net6);
		ck_assert_uint_eq(n->slots, cases[i].slots);
		ck_assert(!memcmp(n->ipv4_net, cases[i].net, 4));
		slot = insert(n, "a.example", 1);
		names_address(n, slot, AF_INET, &ep);
		ck_assert_int_eq(names_slot(n, &ep), slot);
		names_address(n, slot, AF_INET6, &ep);
		ck_assert_int_eq(names_slot(n, &ep), slot);
		munmap(n, sizeof(*n));
	}
}
END_TEST

START_TEST(test_deterministic)
{
	struct names *a = table(15), *b = table(15), *c = table(15);
	char name[32];

	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "host%d.example.org", i);
		ck_assert_int_eq(insert(a, name, 1), insert(b, name, 2));
	}
	/* So few do not collide: any order will do. */
	for (int i = 99; i >= 0; i--) {
		snprintf(name, sizeof(name), "HOST%d.example.org.", i);
		ck_assert_int_eq(insert(c, name, 3), insert(a, name, 1));
	}
}
END_TEST

START_TEST(test_many)
{
	enum { MANY = 100000 };
	struct names *n = table(15);
	int *slot = calloc(MANY, sizeof(*slot));
	struct endpoint ep;
	char name[32];
	double cost;

	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "h%07d.example.org", i);
		slot[i] = insert(n, name, 1);
		ck_assert_int_gt(slot[i], 0);
		ck_assert_int_lt(slot[i], 131071);
	}
	ck_assert_uint_eq(n->count, MANY);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "h%07d.example.org", i);
		ck_assert_str_eq(get(n, slot[i], 1), name);
		ck_assert_int_eq(insert(n, name, 1), slot[i]);
		names_address(n, slot[i], AF_INET, &ep);
		ck_assert_int_eq(names_slot(n, &ep), slot[i]);
		names_address(n, slot[i], AF_INET6, &ep);
		ck_assert_int_eq(names_slot(n, &ep), slot[i]);
	}
	ck_assert_uint_eq(n->count, MANY);
	/* Twenty octets: its record and its slot word. */
	cost = (double)n->arena_used / MANY + sizeof(n->slot[0]);
	ck_assert_msg(cost <= 64, "%.1f octets per name", cost);
	free(slot);
}
END_TEST

/* "10.0.X.i" and "2001:db8::X:i", so that a mixture would show. */
static size_t reals_of(struct endpoint *ep, unsigned x, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i & 1)
			ep[i] = (struct endpoint){
				.kind = ENDPOINT_IPV6,
				.ipv6 = {0x20, 1, 0xd, 0xb8, [13] = (uint8_t)x,
					 [15] = (uint8_t)i}};
		else
			ep[i] = (struct endpoint){
				.kind = ENDPOINT_IPV4,
				.ipv4 = {10, 0, (uint8_t)x, (uint8_t)i}};
	}
	return count;
}

static void check_reals(const struct names *n, int slot, unsigned x,
			size_t count)
{
	struct endpoint expected[NAMES_REAL_MAX], real[NAMES_REAL_MAX];

	reals_of(expected, x, count);
	ck_assert_uint_eq(names_real(n, slot, real), count);
	for (size_t i = 0; i < count; i++)
		ck_assert(endpoint_equal(&real[i], &expected[i]));
}

START_TEST(test_real)
{
	struct names *n = table(15);
	struct endpoint real[NAMES_REAL_MAX + 2];
	int slot = insert(n, "Direct.example", 1);
	uint32_t used;

	check_reals(n, slot, 0, 0);
	for (size_t count = 1; count <= NAMES_REAL_MAX; count++) {
		reals_of(real, 7, count);
		ck_assert_int_eq(
			names_insert(n, "direct.EXAMPLE.", 15, 1, real, count),
			slot);
		check_reals(n, slot, 7, count);
		ck_assert_int_eq(insert(n, "direct.example", 1), slot);
		check_reals(n, slot, 7, count);
	}
	ck_assert_str_eq(get(n, slot, 1), "Direct.example");
	ck_assert_uint_eq(n->count, 1);

	/* The old records make room for the new ones. */
	used = n->arena_used;
	for (unsigned x = 0; x < 1000; x++) {
		size_t count = 1 + x % NAMES_REAL_MAX;

		reals_of(real, x, count);
		ck_assert_int_eq(
			names_insert(n, "direct.example", 14, 1, real, count),
			slot);
		check_reals(n, slot, x, count);
	}
	ck_assert_uint_le(n->arena_used, used + 2000);
	/* The same ones: nothing is to be done. */
	reals_of(real, 999, 8);
	used = n->arena_used;
	names_insert(n, "direct.example", 14, 1, real, 8);
	uint64_t word = n->slot[slot];
	names_insert(n, "direct.example", 14, 1, real, 8);
	ck_assert(n->slot[slot] == word);
	/* Changes may bring the same record back, but never the same word. */
	for (unsigned x = 0; x < 4; x++) {
		reals_of(real, x, 8);
		names_insert(n, "direct.example", 14, 1, real, 8);
	}
	ck_assert_uint_eq(n->slot[slot] >> 32, (word >> 32) + 4);

	/* More than fit are cut; what is no address is left out. */
	reals_of(real, 3, NAMES_REAL_MAX + 2);
	slot = names_insert(n, "many.example", 12, 1, real, NAMES_REAL_MAX + 2);
	check_reals(n, slot, 3, NAMES_REAL_MAX);
	reals_of(real + 1, 4, 2);
	endpoint_set_name(&real[0], "name", 4);
	slot = names_insert(n, "odd.example", 11, 1, real, 3);
	check_reals(n, slot, 4, 2);
	check_reals(n, -1, 0, 0);
	check_reals(n, 131072, 0, 0);
}
END_TEST

static void fill(struct names *n, unsigned from, unsigned count, uint32_t now)
{
	char name[32];

	for (unsigned i = from; i < from + count; i++) {
		snprintf(name, sizeof(name), "n%07u.example", i);
		ck_assert_int_gt(insert(n, name, now + i - from), 0);
	}
}

START_TEST(test_full)
{
	struct names *n = table(24);
	int a, b;

	fill(n, 0, 254, 1000);
	ck_assert_uint_eq(n->count, 254);
	ck_assert_str_eq(get(n, 0, 1000), "(none)");
	ck_assert_str_eq(get(n, 255, 1000), "(none)");
	a = insert(n, "N0000000.example", 1000);
	b = insert(n, "N0000001.example", 1001);
	ck_assert_int_eq(insert(n, "new", 1000 + NAMES_IDLE - 1), -EAGAIN);
	/* Use keeps a name: by address, and by name. */
	get(n, a, 1000 + NAMES_IDLE - 1);
	ck_assert_int_eq(insert(n, "new", 1000 + NAMES_IDLE), -EAGAIN);
	insert(n, "n0000001.example", 1000 + NAMES_IDLE);
	ck_assert_int_eq(insert(n, "new", 1001 + NAMES_IDLE), -EAGAIN);
	/* The third gives way, the one idle longest, and no other does. */
	b = insert(n, "n0000002.example", 0);
	ck_assert_int_eq(insert(n, "new", 1200 + NAMES_IDLE), b);
	ck_assert_str_eq(get(n, b, 1200 + NAMES_IDLE), "new");
	ck_assert_uint_eq(n->count, 254);
	for (int slot = 1; slot < 255; slot++)
		ck_assert_str_ne(get(n, slot, 1200), "n0000002.example");
	/* Its reals do not stay behind. */
	check_reals(n, b, 0, 0);
}
END_TEST

START_TEST(test_recycling)
{
	unsigned rounds = SLOW ? 50000 : 1000000;
	struct names *n = table(24);
	struct endpoint real[2];
	uint32_t now = 1, used;
	char name[32];

	reals_of(real, 1, 2);
	fill(n, 0, 254, now);
	fill(n, 254, 1, now += 10000); /* one is always under way */
	used = n->arena_used;
	for (unsigned i = 255; i < rounds; i++) {
		int len = snprintf(name, sizeof(name), "n%07u.example", i);

		if (i % 254 == 0)
			now += NAMES_IDLE * 2;
		ck_assert_int_gt(
			names_insert(n, name, (size_t)len, now, NULL, 0), 0);
	}
	ck_assert_uint_eq(n->arena_used, used);
	ck_assert_uint_eq(n->count, 254);
}
END_TEST

/*
 * What saves one who was stopped between a look and its compare-and-swap: no
 * word comes back. Too rare to be waited for, so looked at.
 */
START_TEST(test_generations)
{
	enum { ROUNDS = 1000 };
	struct names *n = table(24);
	struct endpoint real[1];
	uint64_t before, list_before = 0;
	int slot = insert(n, "a.example", 1), list = -1;

	reals_of(real, 0, 1);
	names_insert(n, "a.example", 9, 1, real, 1);
	reals_of(real, 1, 1);
	names_insert(n, "a.example", 9, 1, real, 1);
	for (int i = 0; i < (int)ARRAY_SIZE(n->free_lists); i++)
		if (n->free_lists[i] & 0xffffffff)
			list = i;
	ck_assert_int_ge(list, 0);
	for (unsigned x = 2; x < ROUNDS; x++) {
		before = n->slot[slot] >> 32;
		list_before = n->free_lists[list] >> 32;
		reals_of(real, x, 1);
		names_insert(n, "a.example", 9, 1, real, 1);
		ck_assert_uint_eq(n->slot[slot] >> 32, before + 1);
		/* One was taken, one given back. */
		ck_assert_uint_eq(n->free_lists[list] >> 32, list_before + 2);
	}
}
END_TEST

START_TEST(test_exhausted)
{
	struct names *n = table(24);
	struct endpoint real[8];
	int slot = insert(n, "first", 1);

	reals_of(real, 1, 8);
	names_insert(n, "second", 6, 1, real, 8);
	reals_of(real, 2, 1);
	n->arena_used = NAMES_ARENA - 40;
	ck_assert_int_eq(
		names_insert(n, "a-name-of-25-octets-or-so", 25, 1, NULL, 0),
		-EAGAIN);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(names_insert(n, "first", 5, 1, real, 8),
				 -EAGAIN);
	ck_assert_uint_eq(n->arena_used, NAMES_ARENA - 40);
	ck_assert_int_gt(insert(n, "a-name-of-24-octets-or-s", 1), 0);
	ck_assert_uint_eq(n->arena_used, NAMES_ARENA);
	ck_assert_int_eq(insert(n, "x", 1), -EAGAIN);
	ck_assert_str_eq(get(n, slot, 1), "first");
	/* A free record of a larger class is better than none. */
	n->arena_used = NAMES_ARENA - 64;
	ck_assert_int_gt(names_insert(n, "second", 6, 1, real, 1), 0);
	n->arena_used = NAMES_ARENA;
	slot = insert(n, "x", 1);
	ck_assert_int_gt(slot, 0);
	ck_assert_str_eq(get(n, slot, 1), "x");
	ck_assert_int_eq(insert(n, "y", 1), -EAGAIN);
}
END_TEST

/*
 * Many at once. A name tells its own number and length, and its reals carry
 * the number too, so that any mixture of two records shows.
 */

static unsigned seed_next(unsigned *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static size_t name_of(unsigned i, char name[static 256])
{
	size_t len = (size_t)snprintf(name, 256, "h%u.", i);
	size_t more = i % 97;

	memset(name + len, 'a' + (int)(i % 26), more);
	memcpy(name + len + more, ".org", 5);
	return len + more + 4;
}

/* The number of a name, or -1 if it is not one of ours. */
static int number_of(const char *name)
{
	char expected[256];
	unsigned i;

	if (sscanf(name, "h%u.", &i) != 1)
		return -1;
	name_of(i, expected);
	return strcmp(name, expected) ? -1 : (int)i;
}

static bool reals_whole(const struct names *n, int slot)
{
	struct endpoint real[NAMES_REAL_MAX], expected[NAMES_REAL_MAX];
	size_t count = names_real(n, slot, real);

	if (!count)
		return true;
	reals_of(expected, real[0].ipv4[2], count);
	for (size_t i = 0; i < count; i++)
		if (!endpoint_equal(&real[i], &expected[i]))
			return false;
	return true;
}

/* One step of a worker. Return: NULL, or what went wrong */
static const char *work(struct names *n, unsigned *seed, unsigned range,
			uint32_t now, bool evicting)
{
	struct endpoint real[NAMES_REAL_MAX], ep = {0};
	unsigned i = seed_next(seed) % range;
	size_t nreal = seed_next(seed) % 4 ? 0 : seed_next(seed) % 8;
	char name[256];
	size_t len = name_of(i, name);
	int slot;

	reals_of(real, seed_next(seed) & 255, nreal);
	slot = names_insert(n, name, len, now, real, nreal);
	if (slot == -EAGAIN && evicting)
		return NULL;
	if (slot < 0)
		return "insert failed";
	if (!names_get(n, slot, now, &ep))
		return "nothing in the slot";
	if (number_of(ep.name) != (int)i &&
	    !(evicting && number_of(ep.name) >= 0))
		return "another name in the slot";
	if (!reals_whole(n, slot))
		return "mixed addresses";
	/* And somebody else's. */
	slot = (int)(seed_next(seed) % n->slots);
	if (names_get(n, slot, now, &ep) && number_of(ep.name) < 0)
		return "no name of ours";
	if (!reals_whole(n, slot))
		return "mixed addresses elsewhere";
	return NULL;
}

struct crowd {
	struct names *names;
	unsigned range;
	bool evicting;
	_Atomic uint32_t *now;
	_Atomic bool stop;
};

static pid_t worker_start(struct crowd *c, unsigned seed)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid)
		return pid;
	while (!atomic_load(&c->stop)) {
		const char *wrong = work(c->names, &seed, c->range,
					 atomic_load(c->now), c->evicting);

		if (wrong) {
			fprintf(stderr, "worker: %s\n", wrong);
			_exit(1);
		}
	}
	_exit(0);
}

static void worker_end(pid_t pid)
{
	int status;

	kill(pid, SIGCONT);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	/* It may have ended by itself, because it saw something wrong. */
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static unsigned disturb(struct crowd *c, double seconds)
{
	enum { WORKERS = 8 };
	pid_t pid[WORKERS];
	unsigned seed = 4711, kills = 0;
	struct timespec t0, t;

	for (unsigned i = 0; i < WORKERS; i++)
		pid[i] = worker_start(c, i * 77777);
	clock_gettime(CLOCK_MONOTONIC, &t0);
	do {
		unsigned i = seed_next(&seed) % WORKERS;

		switch (seed_next(&seed) % 3) {
		case 0:
			kill(pid[i], SIGSTOP);
			break;
		case 1:
			kill(pid[i], SIGCONT);
			break;
		default:
			worker_end(pid[i]);
			kills++;
			pid[i] = worker_start(c, seed_next(&seed));
			break;
		}
		if (c->evicting)
			atomic_fetch_add(c->now, NAMES_IDLE / 64);
		usleep(seed_next(&seed) % 2000);
		clock_gettime(CLOCK_MONOTONIC, &t);
	} while ((double)(t.tv_sec - t0.tv_sec) +
			 1e-9 * (double)(t.tv_nsec - t0.tv_nsec) <
		 seconds);
	for (unsigned i = 0; i < WORKERS; i++)
		worker_end(pid[i]);
	return kills + WORKERS;
}

/* Walk over all slots. Return: how many are in use */
static unsigned check_slots(struct names *n, unsigned range, unsigned most)
{
	unsigned char *seen = calloc(range, 1);
	struct endpoint ep = {0};
	unsigned used = 0;

	for (int slot = 0; slot < (int)n->slots; slot++) {
		int i;

		if (!names_get(n, slot, 1, &ep))
			continue;
		used++;
		i = number_of(ep.name);
		ck_assert_msg(i >= 0 && (unsigned)i < range, "%s", ep.name);
		ck_assert_msg(seen[i]++ < most, "%s: twice", ep.name);
		ck_assert(reals_whole(n, slot));
	}
	free(seen);
	return used;
}

static struct crowd *crowd(unsigned prefix, unsigned range, bool evicting)
{
	struct crowd *c = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(c, MAP_FAILED);
	*c = (struct crowd){
		.names = table(prefix), .range = range, .evicting = evicting};
	c->now = (_Atomic uint32_t *)(c + 1);
	atomic_store(c->now, 1000000);
	return c;
}

START_TEST(test_processes)
{
	struct crowd *c = crowd(15, 60000, false);
	struct names *n = c->names;
	unsigned kills = disturb(c, 2), used;
	char name[256];

	used = check_slots(n, c->range, 1);
	ck_assert_uint_gt(used, 1000);
	ck_assert_uint_le(n->count, used);
	ck_assert_uint_ge(n->count + kills, used);
	for (unsigned i = 0; i < c->range; i++) {
		size_t len = name_of(i, name);
		int slot = names_insert(n, name, len, 1, NULL, 0);

		ck_assert_int_gt(slot, 0);
		ck_assert_str_eq(get(n, slot, 1), name);
	}
	ck_assert_uint_eq(check_slots(n, c->range, 1), c->range);
}
END_TEST

START_TEST(test_processes_evicting)
{
	struct crowd *c = crowd(24, 1000, true);
	struct names *n = c->names;
	unsigned kills = disturb(c, 2);
	uint32_t now = *c->now + 10 * NAMES_IDLE;

	ck_assert_uint_eq(check_slots(n, c->range, 8), 254);
	/*
	 * A record is lost by a kill at the wrong moment only: what has been
	 * handed out is what 254 names and 8 workers can ever have held at
	 * once in each class, and those.
	 */
	ck_assert_uint_le(n->arena_used, (254 + 8 + kills) * 1112u);
	for (unsigned i = 0; i < 10000; i++) {
		char name[256];
		size_t len = name_of(i, name);
		int slot = names_insert(n, name, len, now, NULL, 0);

		now += 100;
		ck_assert_int_gt(slot, 0);
		ck_assert_str_eq(get(n, slot, now), name);
	}
	ck_assert_uint_eq(check_slots(n, 10000, 1), 254);
}
END_TEST

static void *thread_main(void *arg)
{
	struct crowd *c = arg;
	unsigned seed = (unsigned)(uintptr_t)&seed;
	const char *wrong = NULL;

	for (int i = 0; i < (SLOW ? 30000 : 300000) && !wrong; i++) {
		wrong = work(c->names, &seed, c->range, atomic_load(c->now),
			     c->evicting);
		if (c->evicting && i % 64 == 0)
			atomic_fetch_add(c->now, NAMES_IDLE / 16);
	}
	return (void *)(uintptr_t)wrong;
}

static void run_threads(struct crowd *c)
{
	pthread_t thread[4];

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(
			pthread_create(&thread[i], NULL, thread_main, c), 0);
	for (int i = 0; i < 4; i++) {
		void *wrong;

		pthread_join(thread[i], &wrong);
		ck_assert_msg(!wrong, "%s", (const char *)wrong);
	}
}

START_TEST(test_threads)
{
	struct crowd *c = crowd(15, 20000, false);

	run_threads(c);
	ck_assert_uint_eq(check_slots(c->names, c->range, 1), c->names->count);
}
END_TEST

START_TEST(test_threads_evicting)
{
	struct crowd *c = crowd(24, 1000, true);

	run_threads(c);
	ck_assert_uint_eq(check_slots(c->names, c->range, 8), c->names->count);
	ck_assert_uint_le(c->names->arena_used, (254 + 8) * 1112u);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("names");
	TCase *tc = tcase_create("names");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, test_insert);
	tcase_add_test(tc, test_address);
	tcase_add_test(tc, test_init);
	tcase_add_test(tc, test_deterministic);
	tcase_add_test(tc, test_many);
	tcase_add_test(tc, test_real);
	tcase_add_test(tc, test_full);
	tcase_add_test(tc, test_recycling);
	tcase_add_test(tc, test_generations);
	tcase_add_test(tc, test_exhausted);
	tcase_add_test(tc, test_processes);
	tcase_add_test(tc, test_processes_evicting);
	tcase_add_test(tc, test_threads);
	tcase_add_test(tc, test_threads_evicting);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
