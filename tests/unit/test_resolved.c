/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "policy/resolved.h"
#include "runs.h"

static const char hosts[] = "127.0.0.1 localhost\n"
			    "10.0.0.1  alpha.example alpha\n"
			    "10.0.0.2  alpha.example\n"
			    "fd00::1   alpha.example\n"
			    "fd00::2   six.example\n"
			    "10.0.0.3  taken.invalid\n";

static struct resolver from;
static char asked[256]; /* the names that were asked for */
static int known;       /* what comes of it */

static int ask(void *arg, const char *name,
	       struct endpoint real[static NAMES_REAL_MAX])
{
	ck_assert_ptr_eq(arg, asked);
	strcat(strcat(asked, name), " ");
	for (int i = 0; i < known; i++) {
		real[i] = (struct endpoint){0};
		endpoint_set_ipv4(&real[i],
				  (uint8_t[]){10, 7, 7, (uint8_t)i});
	}
	return known;
}

static void setup(void)
{
	asked[0] = '\0';
	known = 2;
	from = (struct resolver){
		.run = runs_new("192.0.2.1:1080", ""),
		.hosts = hosts,
		.hosts_len = sizeof(hosts) - 1,
		.own_name = "Box",
		.ask = ask,
		.arg = asked,
		.now = 1,
	};
}

/* "address address = canonical", or the result. */
static const char *resolve(const char *name, int family)
{
	static const char *const words[] = {"",      "NO_NAME", "NO_DATA",
					    "AGAIN", "FAIL",    "LATER"};
	static char text[512];
	struct resolved r;
	enum resolve_result result;

	memset(&r, 0x5a, sizeof(r));
	endpoint_set_name(&r.canonical, "stale", 5);
	result = resolved_name(&r, &from, name, family);
	if (result != RESOLVE_OK) {
		ck_assert_uint_eq(r.count, 0);
		return words[result];
	}
	text[0] = '\0';
	ck_assert_uint_gt(r.count, 0);
	for (unsigned i = 0; i < r.count; i++) {
		char one[ENDPOINT_TEXT_MAX];

		ck_assert_uint_eq(r.addr[i].port, 0);
		ck_assert_uint_eq(r.addr[i].scope_id, 0);
		endpoint_format(&r.addr[i], one);
		one[strlen(one) - 2] = '\0'; /* ":0" */
		if (i)
			strcat(text, " ");
		strcat(text, one);
	}
	if (r.canonical.kind == ENDPOINT_NAME)
		strcat(strcat(text, " = "), r.canonical.name);
	if (r.fake) {
		ck_assert_uint_eq(r.count, 1);
		ck_assert_int_ge(names_slot(&from.run->names, &r.addr[0]), 0);
		return r.addr[0].kind == ENDPOINT_IPV4 ? "fake4" : "fake6";
	}
	return text;
}

static const struct {
	const char *name;
	int family;
	const char *result;
} cases[] = {
	/* /etc/hosts */
	{"alpha.example", AF_INET, "10.0.0.1 10.0.0.2 = alpha.example"},
	{"ALPHA", AF_INET, "10.0.0.1 = alpha.example"},
	{"alpha.example", AF_INET6, "[fd00::1] = alpha.example"},
	{"alpha.example.", AF_UNSPEC,
	 "10.0.0.1 10.0.0.2 [fd00::1] = alpha.example"},
	{"alpha", AF_INET6, "NO_DATA"},
	{"six.example", AF_INET, "NO_DATA"},
	{"localhost", AF_INET, "127.0.0.1 = localhost"},
	{"localhost", AF_INET6, "NO_DATA"},
	{"taken.invalid", AF_INET, "10.0.0.3 = taken.invalid"},
	/* RFC 6761, whatever the file says */
	{"a.localhost", AF_INET, "127.0.0.1"},
	{"a.localhost", AF_INET6, "[::1]"},
	{"A.LOCALHOST.", AF_UNSPEC, "[::1] 127.0.0.1"},
	{"x.invalid", AF_INET, "NO_NAME"},
	{"", AF_INET, "NO_NAME"},
	{".", AF_INET, "NO_NAME"},
	{"a..b", AF_INET6, "NO_NAME"},
	/* the machine's own */
	{"Box", AF_INET, "127.0.0.1"},
	{"box.", AF_INET6, "[::1]"},
	{"box", AF_UNSPEC, "[::1] 127.0.0.1"},
	/* all others: ONE address, for the proxy to make sense of */
	{"example.org", AF_INET, "fake4"},
	{"example.org", AF_INET6, "fake6"},
	{"example.org", AF_UNSPEC, "fake4"},
	{"box.example", AF_UNSPEC, "fake4"},
	{"beta", AF_UNSPEC, "fake4"},
};

START_TEST(names)
{
	const char *result = cases[_i].result;

	ck_assert_str_eq(resolve(cases[_i].name, cases[_i].family), result);
	ck_assert_int_eq(resolved_exists(&from, cases[_i].name),
			 strcmp(result, "NO_NAME") != 0);
	ck_assert_str_eq(asked, "");

	/* Without a run what is local stays so. */
	from.run = NULL;
	if (!strncmp(result, "fake", 4))
		result = "FAIL";
	ck_assert_str_eq(resolve(cases[_i].name, cases[_i].family), result);
}
END_TEST

START_TEST(without_files)
{
	from.hosts = NULL;
	from.own_name = NULL;
	ck_assert_str_eq(resolve("localhost", AF_UNSPEC), "[::1] 127.0.0.1");
	ck_assert_str_eq(resolve("alpha", AF_INET), "fake4");
	ck_assert_str_eq(resolve("Box", AF_INET), "fake4");
	ck_assert_str_eq(resolve("taken.invalid", AF_INET), "NO_NAME");
	ck_assert(!resolved_exists(&from, "taken.invalid"));
}
END_TEST

START_TEST(exists_only)
{
	ck_assert(resolved_exists(&from, "example.org"));
	ck_assert_uint_eq(from.run->names.count, 0);
}
END_TEST

/* The family that reaches the proxy: IPv4 where both do. */
START_TEST(family_of_proxy)
{
	from.run = runs_new("[2001:db8::1]:1080", "");
	ck_assert_str_eq(resolve("example.org", AF_UNSPEC), "fake6");
	ck_assert_str_eq(resolve("example.org", AF_INET), "fake4");
	from.run = runs_new("[2001:db8::1]:1080 192.0.2.1:1080", "");
	ck_assert_str_eq(resolve("example.org", AF_UNSPEC), "fake4");
}
END_TEST

START_TEST(full)
{
	char name[32];
	int slot = 0;

	names_init(&from.run->names, (uint8_t[]){198, 18, 0, 0}, 24,
		   from.run->names.ipv6_net);
	for (unsigned i = 0; slot >= 0; i++) {
		snprintf(name, sizeof(name), "n%u.example", i);
		slot = names_insert(&from.run->names, name, strlen(name),
				    from.now, NULL, 0);
	}
	ck_assert_str_eq(resolve(name, AF_INET), "AGAIN");
	ck_assert_str_eq(resolve("n0.example", AF_INET), "fake4");
	from.now += NAMES_IDLE; /* somebody gives way */
	ck_assert_str_eq(resolve(name, AF_INET), "fake4");
}
END_TEST

/* The real addresses stand beside the fake. */
START_TEST(direct)
{
	struct endpoint real[NAMES_REAL_MAX];
	struct resolved r;

	from.run = runs_new("192.0.2.1:1080", "direct .home.example");
	ck_assert_int_eq(resolved_name(&r, &from, "nas.home.example", AF_INET),
			 RESOLVE_OK);
	ck_assert(r.fake);
	ck_assert_str_eq(asked, "nas.home.example ");
	ck_assert_uint_eq(names_real(&from.run->names,
				     names_slot(&from.run->names, &r.addr[0]),
				     real),
			  2);
	ck_assert_mem_eq(real[1].ipv4, ((uint8_t[]){10, 7, 7, 1}), 4);

	known = 0;
	ck_assert_str_eq(resolve("none.home.example", AF_INET), "NO_NAME");
	known = -1;
	ck_assert_str_eq(resolve("late.home.example", AF_INET), "LATER");
	ck_assert_uint_eq(from.run->names.count, 1);
}
END_TEST

static const struct {
	const char *rules;
	bool asks;
} rules[] = {
	{"", false},
	{"direct .other.example", false},
	{"direct 10.0.0.0/8", false}, /* of addresses */
	{"direct home.example", true},
	{"direct home.example:22", true}, /* perhaps: who knows the port? */
	{"direct *", true},
	{"direct :22", false}, /* is no reason to ask for every name */
	{"direct :22;direct home.example", true},
	{"proxy home.example;direct *", false},
	{"proxy home.example:22;direct home.example:23", true},
	{"block home.example", false},
};

START_TEST(direct_by_rule)
{
	from.run = runs_new("192.0.2.1:1080", rules[_i].rules);
	ck_assert_str_eq(resolve("home.example", AF_INET), "fake4");
	ck_assert_str_eq(asked, rules[_i].asks ? "home.example " : "");
	/* What is local is nobody's business. */
	asked[0] = '\0';
	from.run = runs_new("192.0.2.1:1080", "direct *");
	resolve("alpha", AF_INET);
	resolve("alpha", AF_INET6);
	resolve("a.localhost", AF_INET6);
	resolve("Box", AF_INET6);
	resolve("x.invalid", AF_INET6);
	ck_assert_str_eq(asked, "");
}
END_TEST

static const char *name_of(const char *address)
{
	static struct endpoint name;
	struct endpoint ep = {0};

	ck_assert(endpoint_parse_host(&ep, address, strlen(address)));
	return resolved_address(&from, &ep, &name) ? name.name : "-";
}

START_TEST(addresses)
{
	static const int families[] = {AF_INET, AF_INET6};
	struct endpoint name;

	for (int i = 0; i < 2; i++) {
		struct endpoint ep = runs_fake(from.run, "Example.org",
					       families[i], 80);

		ck_assert(resolved_address(&from, &ep, &name));
		ck_assert_str_eq(name.name, "Example.org");
	}
	ck_assert_str_eq(name_of("10.0.0.1"), "alpha.example");
	ck_assert_str_eq(name_of("fd00::2"), "six.example");
	ck_assert_str_eq(name_of("127.0.0.1"), "localhost");
	ck_assert_str_eq(name_of("127.1.2.3"), "localhost");
	ck_assert_str_eq(name_of("::1"), "localhost");
	ck_assert_str_eq(name_of("8.8.8.8"), "-");
	ck_assert_str_eq(name_of("2001:db8::1"), "-");

	/* Ours, and not in use: /etc/hosts has no say. */
	from.hosts = "198.18.0.9 odd\n";
	from.hosts_len = strlen(from.hosts);
	ck_assert_str_eq(name_of("198.18.0.9"), "-");
	from.run = NULL;
	ck_assert_str_eq(name_of("198.18.0.9"), "odd");
	from.hosts = NULL;
	ck_assert_str_eq(name_of("198.18.0.9"), "-");
	ck_assert_str_eq(name_of("127.0.0.1"), "localhost");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("resolved");
	TCase *tc = tcase_create("resolved");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, names, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, without_files);
	tcase_add_test(tc, exists_only);
	tcase_add_test(tc, family_of_proxy);
	tcase_add_test(tc, full);
	tcase_add_test(tc, direct);
	tcase_add_loop_test(tc, direct_by_rule, 0, ARRAY_SIZE(rules));
	tcase_add_test(tc, addresses);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
