/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "exec/env.h"

#define LIB "/usr/$LIB/socksify/libsocksify.so"
#define RUN "1024:4711:1025"

static const struct exec_env want = {.preload = LIB, .run = RUN};

#define MAX 8

/* Environments, and what becomes of them; NULL: they stay as they are. */
static const struct {
	const char *in[MAX];
	const char *out[MAX];
} cases[] = {
	/* env -i */
	{{NULL}, {"LD_PRELOAD=" LIB, "SOCKSIFY_RUN=" RUN}},
	{{"A=1", "B="}, {"A=1", "B=", "LD_PRELOAD=" LIB, "SOCKSIFY_RUN=" RUN}},
	/* right as it stands, wherever it stands */
	{{"LD_PRELOAD=" LIB, "SOCKSIFY_RUN=" RUN}, {NULL}},
	{{"SOCKSIFY_RUN=" RUN, "A=1", "LD_PRELOAD=" LIB}, {NULL}},
	{{"LD_PRELOAD=" LIB ":/x.so", "SOCKSIFY_RUN=" RUN}, {NULL}},
	{{"LD_PRELOAD=/x.so:" LIB, "SOCKSIFY_RUN=" RUN}, {NULL}},
	{{"LD_PRELOAD=/x.so " LIB " /y.so", "SOCKSIFY_RUN=" RUN}, {NULL}},
	/* one of the two is not */
	{{"LD_PRELOAD=" LIB, "A=1"},
	 {"A=1", "LD_PRELOAD=" LIB, "SOCKSIFY_RUN=" RUN}},
	{{"LD_PRELOAD=" LIB, "SOCKSIFY_RUN=9:9"},
	 {"LD_PRELOAD=" LIB, "SOCKSIFY_RUN=" RUN}},
	{{"SOCKSIFY_RUN=" RUN, "A=1"},
	 {"A=1", "LD_PRELOAD=" LIB, "SOCKSIFY_RUN=" RUN}},
	{{"SOCKSIFY_RUN=" RUN "0", "LD_PRELOAD=" LIB},
	 {"LD_PRELOAD=" LIB, "SOCKSIFY_RUN=" RUN}},
	/* the program's own libraries stay, behind ours */
	{{"LD_PRELOAD=/x.so", "SOCKSIFY_RUN=" RUN},
	 {"LD_PRELOAD=" LIB ":/x.so", "SOCKSIFY_RUN=" RUN}},
	{{"LD_PRELOAD=/x.so /y.so"},
	 {"LD_PRELOAD=" LIB ":/x.so /y.so", "SOCKSIFY_RUN=" RUN}},
	{{"LD_PRELOAD=/x.so:" LIB},
	 {"LD_PRELOAD=/x.so:" LIB, "SOCKSIFY_RUN=" RUN}},
	{{"LD_PRELOAD="}, {"LD_PRELOAD=" LIB, "SOCKSIFY_RUN=" RUN}},
	/* another file, of which ours is but a part */
	{{"LD_PRELOAD=" LIB ".1", "SOCKSIFY_RUN=" RUN},
	 {"LD_PRELOAD=" LIB ":" LIB ".1", "SOCKSIFY_RUN=" RUN}},
	{{"LD_PRELOAD=/opt" LIB, "SOCKSIFY_RUN=" RUN},
	 {"LD_PRELOAD=" LIB ":/opt" LIB, "SOCKSIFY_RUN=" RUN}},
	/* names that only begin alike */
	{{"LD_PRELOADS=1", "SOCKSIFY_RUNS=2", "LD_PRELOAD", "", "="},
	 {"LD_PRELOADS=1", "SOCKSIFY_RUNS=2", "LD_PRELOAD", "", "=",
	  "LD_PRELOAD=" LIB, "SOCKSIFY_RUN=" RUN}},
	/* one of each is left */
	{{"SOCKSIFY_RUN=1:1", "SOCKSIFY_RUN=2:2"},
	 {"LD_PRELOAD=" LIB, "SOCKSIFY_RUN=" RUN}},
	{{"LD_PRELOAD=/x.so", "LD_PRELOAD=/y.so"},
	 {"LD_PRELOAD=" LIB ":/y.so", "SOCKSIFY_RUN=" RUN}},
};

START_TEST(test_build)
{
	char *const *in = (char *const *)(uintptr_t)cases[_i].in;
	size_t size = exec_env_size(&want, in), k;
	char *mem, **out;

	if (cases[_i].out[0] == NULL) {
		ck_assert_uint_eq(size, 0);
		return;
	}
	ck_assert_uint_gt(size, 0);
	/* From memory of that size, for the sanitizers to watch. */
	mem = malloc(size + 1);
	memset(mem, '#', size + 1);
	out = exec_env_build(&want, in, mem);
	for (k = 0; cases[_i].out[k] != NULL; k++) {
		ck_assert_ptr_nonnull(out[k]);
		ck_assert_str_eq(out[k], cases[_i].out[k]);
	}
	ck_assert_ptr_null(out[k]);
	ck_assert_int_eq(mem[size], '#');
	/* What it made is right: nothing to do for the program after it. */
	ck_assert_uint_eq(exec_env_size(&want, out), 0);
	free(mem);
}
END_TEST

/* execve(2) takes NULL for an empty environment. */
START_TEST(test_null)
{
	size_t size = exec_env_size(&want, NULL);
	char *mem = malloc(size);
	char **out = exec_env_build(&want, NULL, mem);

	ck_assert_str_eq(out[0], "LD_PRELOAD=" LIB);
	ck_assert_str_eq(out[1], "SOCKSIFY_RUN=" RUN);
	ck_assert_ptr_null(out[2]);
	free(mem);
}
END_TEST

/* No fixed limits: as many variables, as long, as there may be. */
START_TEST(test_large)
{
	size_t n = 5000, len = 100000, size;
	char **in = calloc(n + 1, sizeof(char *)), **out, *mem;
	char *old = malloc(len + 1);

	memset(old, 'x', len);
	old[len] = '\0';
	memcpy(old, "LD_PRELOAD=", 11);
	in[0] = old;
	for (size_t i = 1; i < n; i++)
		in[i] = "A=1";
	size = exec_env_size(&want, in);
	mem = malloc(size);
	out = exec_env_build(&want, in, mem);
	for (size_t i = 0; i < n - 1; i++)
		ck_assert_ptr_eq(out[i], in[i + 1]); /* shared, not copied */
	ck_assert_int_eq(strncmp(out[n - 1], "LD_PRELOAD=" LIB ":xxx",
				 strlen("LD_PRELOAD=" LIB ":xxx")),
			 0);
	ck_assert_uint_eq(strlen(out[n - 1]), len + 1 + strlen(LIB));
	ck_assert_str_eq(out[n], "SOCKSIFY_RUN=" RUN);
	ck_assert_ptr_null(out[n + 1]);
	free(mem);
	free(old);
	free(in);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("env");
	TCase *tc = tcase_create("env");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_loop_test(tc, test_build, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, test_null);
	tcase_add_test(tc, test_large);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
