/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "socks/reply.h"

static const struct {
	enum socks_failure failure;
	int error;
	bool proxys;
} failures[] = {
	{SOCKS_FAIL_NONE, 0, false},
	{SOCKS_FAIL_UNREACHABLE, ENETUNREACH, true},
	{SOCKS_FAIL_NOT_SOCKS, ENETUNREACH, true},
	{SOCKS_FAIL_HTTP, ENETUNREACH, true},
	{SOCKS_FAIL_VERSION4, ENETUNREACH, true},
	{SOCKS_FAIL_METHOD, ENETUNREACH, true},
	{SOCKS_FAIL_AUTH, ENETUNREACH, true},
	{SOCKS_FAIL_MALFORMED, ENETUNREACH, true},
	{SOCKS_FAIL_CLOSED_EARLY, ENETUNREACH, true},
	{SOCKS_FAIL_CLOSED, ECONNRESET, false},
	{SOCKS_FAIL_STALLED_EARLY, ENETUNREACH, true},
	{SOCKS_FAIL_STALLED, ETIMEDOUT, false},
};
static_assert(ARRAY_SIZE(failures) == SOCKS_FAIL_COUNT - 1,
	      "all but SOCKS_FAIL_REP");

START_TEST(failure)
{
	enum socks_failure f = failures[_i].failure;

	/* What REP says counts for SOCKS_FAIL_REP alone. */
	for (unsigned rep = 0; rep < 256; rep++)
		ck_assert_int_eq(socks_errno(f, (uint8_t)rep),
				 failures[_i].error);
	ck_assert_int_eq(socks_failure_is_proxys(f), failures[_i].proxys);
}
END_TEST

static const int reps[] = {
	ECONNREFUSED, ECONNREFUSED, EACCES,	ENETUNREACH,  EHOSTUNREACH,
	ECONNREFUSED, ETIMEDOUT,    ECONNREFUSED, EAFNOSUPPORT,
};

START_TEST(rep)
{
	int want = (size_t)_i < ARRAY_SIZE(reps) ? reps[_i] : ECONNREFUSED;

	ck_assert_int_eq(socks_errno(SOCKS_FAIL_REP, (uint8_t)_i), want);
	ck_assert(!socks_failure_is_proxys(SOCKS_FAIL_REP));
}
END_TEST

START_TEST(words)
{
	ck_assert_str_eq(socks_failure_text(SOCKS_FAIL_HTTP, 0),
			 "speaks HTTP, not SOCKS5");
	ck_assert_str_eq(socks_failure_text(SOCKS_FAIL_VERSION4, 0),
			 "speaks SOCKS4, not SOCKS5");
	for (unsigned f = 0; f < SOCKS_FAIL_COUNT + 2; f++)
		for (unsigned r = 0; r < 256; r++) {
			const char *text = socks_failure_text(f, (uint8_t)r);

			ck_assert_ptr_nonnull(text);
			ck_assert_uint_gt(strlen(text), 0);
		}
	/* Each failure, and each REP that has a meaning, has its own words. */
	for (unsigned a = 0; a < SOCKS_FAIL_COUNT; a++)
		for (unsigned b = 0; b < a; b++)
			ck_assert_str_ne(socks_failure_text(a, 1),
					 socks_failure_text(b, 1));
	for (uint8_t a = 0; a < 10; a++)
		for (uint8_t b = 0; b < a; b++)
			ck_assert_str_ne(socks_failure_text(SOCKS_FAIL_REP, a),
					 socks_failure_text(SOCKS_FAIL_REP, b));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("reply");
	TCase *tc = tcase_create("reply");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_add_loop_test(tc, failure, 0, ARRAY_SIZE(failures));
	tcase_add_loop_test(tc, rep, 0, 256);
	tcase_add_test(tc, words);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
