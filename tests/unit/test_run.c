/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "policy/run.h"

static struct run *run_map(void)
{
	struct run *run =
		mmap(NULL, sizeof(*run), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	ck_assert_ptr_ne(run, MAP_FAILED);
	return run;
}

/* All octets of the unused rules are set: none of them may be copied. */
static struct config *config_make(uint16_t count)
{
	struct config *c = malloc(sizeof(*c));

	memset(c, 0x5a, sizeof(*c));
	c->nservers = 2;
	c->nvia = 2;
	c->rules.count = count;
	memcpy(c->fake_ipv4, (uint8_t[]){198, 19, 1, 2}, 4);
	c->fake_ipv4_prefix = 15;
	memset(c->fake_ipv6, 0xfd, 16);
	return c;
}

static size_t pages_resident(void *p, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n = 0;
	size_t pages = (len + page - 1) / page;
	unsigned char *vec = malloc(pages);

	ck_assert_int_eq(mincore(p, len, vec), 0);
	for (size_t i = 0; i < pages; i++)
		n += vec[i] & 1;
	free(vec);
	return n;
}

START_TEST(test_init)
{
	static const uint16_t counts[] = {0, 1, 3, RULES_MAX};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct run *run = run_map();
		struct config *c = config_make(counts[i]);
		const struct config *got = &run->config;
		const char *rest = (const char *)&got->rules.rule[counts[i]];
		const char *end = (const char *)&got->rules.rule[RULES_MAX];

		run_init(run, c, 42);
		ck_assert_uint_eq(run->cookie, 42);
		ck_assert(run_is_valid(run, sizeof(*run)));
		ck_assert_uint_eq(got->rules.count, counts[i]);
		ck_assert(!memcmp(&got->server, &c->server,
				  offsetof(struct config, rules)));
		ck_assert(!memcmp(got->rules.rule, c->rules.rule,
				  counts[i] * sizeof(struct rule)));
		while (rest < end)
			ck_assert_int_eq(*rest++, 0);
		ck_assert(!memcmp(end, c->rules.rule + RULES_MAX,
				  offsetof(struct config, nvia) -
					  offsetof(struct config, rules) -
					  sizeof(struct rules)));
		ck_assert_uint_eq(got->nvia, 2);
		ck_assert(!memcmp(got->via, c->via, 2 * sizeof(c->via[0])));
		ck_assert_uint_eq(got->via[2].nservers, 0);
		ck_assert(!memcmp(got->fake_ipv6, c->fake_ipv6, 16));
		ck_assert_uint_eq(run->names.slots, 131072);
		ck_assert_uint_eq(run->names.ipv4_net[1], 18);
		ck_assert_uint_eq(run->names.ipv6_net[7], 0xfd);
		munmap(run, sizeof(*run));
		free(c);
	}
}
END_TEST

START_TEST(test_sparse)
{
	struct run *run = run_map();
	struct config *c = config_make(3);

	run_init(run, c, 1);
	/* Head, config's tail behind the rules, names' head: and no more. */
	ck_assert_uint_le(pages_resident(run, sizeof(*run)), 10);
	free(c);
}
END_TEST

START_TEST(test_bounds)
{
	struct run *run = run_map();
	struct config *c = config_make(RULES_MAX + 1);

	run_init(run, c, 0);
	ck_assert_uint_eq(run->config.rules.count, RULES_MAX);
	ck_assert_uint_eq(run->cookie, 1);
	free(c);
}
END_TEST

START_TEST(test_valid)
{
	struct run *run = run_map();
	struct config *c = config_make(1);

	ck_assert(!run_is_valid(run, sizeof(*run)));
	run_init(run, c, 1);
	ck_assert(run_is_valid(run, sizeof(*run)));
	ck_assert(run_is_valid(run, sizeof(*run) + 4096));
	ck_assert(!run_is_valid(run, sizeof(*run) - 1));
	ck_assert(!run_is_valid(NULL, 0));
	run->version++;
	ck_assert(!run_is_valid(run, sizeof(*run)));
	run->version--;
	run->magic ^= 1;
	ck_assert(!run_is_valid(run, sizeof(*run)));
	run->magic ^= 1;
	run->size--;
	ck_assert(!run_is_valid(run, sizeof(*run)));
	run->size++;
	run->cookie = 0;
	ck_assert(!run_is_valid(run, sizeof(*run)));
	run->cookie = 1;
	run->config.rules.count = RULES_MAX + 1;
	ck_assert(!run_is_valid(run, sizeof(*run)));
	run->config.rules.count = 1;
	run->config.nservers = CONFIG_SERVERS_MAX + 1;
	ck_assert(!run_is_valid(run, sizeof(*run)));
	run->config.nservers = 1;
	ck_assert(run_is_valid(run, sizeof(*run)));
	free(c);
}
END_TEST

START_TEST(test_first_report)
{
	struct run *run = run_map();

	for (int i = 0; i < SOCKS_FAIL_COUNT; i++) {
		ck_assert(run_first_report(run, (enum socks_failure)i));
		ck_assert(!run_first_report(run, (enum socks_failure)i));
		ck_assert(!run_first_report(run, (enum socks_failure)0));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("run");
	TCase *tc = tcase_create("run");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, test_init);
	tcase_add_test(tc, test_sparse);
	tcase_add_test(tc, test_bounds);
	tcase_add_test(tc, test_valid);
	tcase_add_test(tc, test_first_report);
	tcase_set_timeout(tc, 30);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
