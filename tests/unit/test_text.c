/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Every text is built in a buffer with canaries behind it. */
static char room[64];
static struct text t;

static void start(size_t cap)
{
	memset(room, '#', sizeof(room));
	text_init(&t, room, cap);
}

static void expect(const char *s, bool cut)
{
	ck_assert_str_eq(room, s);
	ck_assert_uint_eq(t.len, strlen(s));
	ck_assert_int_eq(t.cut, cut);
	for (size_t i = t.cap; i < sizeof(room); i++)
		ck_assert_int_eq(room[i], '#');
}

START_TEST(empty)
{
	start(1);
	expect("", false);
	text_str(&t, "");
	text_mem(&t, "x", 0);
	expect("", false);
	text_char(&t, 'x');
	expect("", true);
}
END_TEST

START_TEST(appends)
{
	start(sizeof(room));
	text_str(&t, "port ");
	text_uint(&t, 1080);
	text_char(&t, ',');
	text_mem(&t, "abcdef", 3);
	text_int(&t, -7);
	text_char(&t, ' ');
	text_hex(&t, 0xbeef);
	expect("port 1080,abc-7 beef", false);
}
END_TEST

static const struct {
	size_t cap;
	const char *text;
	bool cut;
} fits[] = {
	{8, "1234567", false},
	{7, "123456", true},
	{2, "1", true},
};

START_TEST(cuts)
{
	start(fits[_i].cap);
	text_str(&t, "1234567");
	expect(fits[_i].text, fits[_i].cut);
	text_init(&t, room, fits[_i].cap);
	for (const char *s = "1234567"; *s; s++)
		text_char(&t, *s);
	expect(fits[_i].text, fits[_i].cut);
}
END_TEST

START_TEST(nothing_after_a_cut)
{
	start(6);
	text_str(&t, "ab");
	text_uint(&t, 12345); /* not "123": that is another number */
	expect("ab", true);
	text_char(&t, 'c');
	text_quoted(&t, "c", 1);
	expect("ab", true);
}
END_TEST

static const struct {
	uint64_t v;
	const char *dec, *as_int, *hex;
} numbers[] = {
	{0, "0", "0", "0"},
	{9, "9", "9", "9"},
	{10, "10", "10", "a"},
	{255, "255", "255", "ff"},
	{INT64_MAX, "9223372036854775807", "9223372036854775807",
	 "7fffffffffffffff"},
	{(uint64_t)INT64_MIN, "9223372036854775808", "-9223372036854775808",
	 "8000000000000000"},
	{UINT64_MAX, "18446744073709551615", "-1", "ffffffffffffffff"},
};

START_TEST(writes_numbers)
{
	start(sizeof(room));
	text_uint(&t, numbers[_i].v);
	expect(numbers[_i].dec, false);
	start(sizeof(room));
	text_int(&t, (int64_t)numbers[_i].v);
	expect(numbers[_i].as_int, false);
	start(sizeof(room));
	text_hex(&t, numbers[_i].v);
	expect(numbers[_i].hex, false);
}
END_TEST

START_TEST(quotes)
{
	static const char name[] = "a ~\\\x1b[2J\x7f\xc3\n";

	start(sizeof(room));
	text_quoted(&t, name, sizeof(name)); /* with its NUL */
	expect("a ~\\\\x1b[2J\\x7f\\xc3\\x0a\\x00", false);

	start(5); /* an escape stands whole or not at all */
	text_quoted(&t, "\xff", 1);
	expect("\\xff", false);
	start(5);
	text_quoted(&t, "x\xff", 2);
	expect("x", true);
}
END_TEST

START_TEST(lowers_ascii_only)
{
	ck_assert_int_eq(text_lower('A'), 'a');
	ck_assert_int_eq(text_lower('Z'), 'z');
	ck_assert_int_eq(text_lower('@'), '@');
	ck_assert_int_eq(text_lower('['), '[');
	ck_assert_int_eq(text_lower('z'), 'z');
	ck_assert_int_eq(text_lower('\xc4'), '\xc4');
}
END_TEST

int main(void)
{
	Suite *s = suite_create("text");
	TCase *tc = tcase_create("text");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_add_test(tc, empty);
	tcase_add_test(tc, appends);
	tcase_add_loop_test(tc, cuts, 0, sizeof(fits) / sizeof(fits[0]));
	tcase_add_test(tc, nothing_after_a_cut);
	tcase_add_loop_test(tc, writes_numbers, 0,
			    sizeof(numbers) / sizeof(numbers[0]));
	tcase_add_test(tc, quotes);
	tcase_add_test(tc, lowers_ascii_only);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
