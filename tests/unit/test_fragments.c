/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "socks/fragments.h"

#define LAST 0x80

static struct fragments queue;
static uint8_t memory[FRAGMENTS_MAX + 1];
static uint64_t now;

static void setup(void)
{
	now = 1000000;
	memset(memory, '#', sizeof(memory));
	fragments_init(&queue, memory, 12);
}

static struct datagram_header header(uint8_t frag, const char *from)
{
	struct datagram_header h = {
		.position = frag & 0x7f,
		.last = frag & LAST,
		.length = 10,
	};

	ck_assert(endpoint_parse(&h.source, from, 0));
	return h;
}

/* From memory of exactly that size, for the sanitizers to watch. */
static enum fragments_result take_from(const char *from, uint8_t frag,
				       const char *payload)
{
	struct datagram_header h = header(frag, from);
	size_t n = strlen(payload);
	uint8_t *exact = malloc(n + !n);
	enum fragments_result result;

	memcpy(exact, payload, n);
	result = fragments_take(&queue, &h, exact, n, now);
	free(exact);
	return result;
}

static enum fragments_result take(uint8_t frag, const char *payload)
{
	return take_from("192.0.2.1:9", frag, payload);
}

static void queued(uint8_t frag, const char *payload)
{
	ck_assert_int_eq(take(frag, payload), FRAGMENTS_NONE);
}

static void dropped(uint8_t frag, const char *payload)
{
	ck_assert_int_eq(take(frag, payload), FRAGMENTS_NONE);
}

static void holds(const char *payload)
{
	ck_assert_uint_eq(queue.length, strlen(payload));
	ck_assert_mem_eq(queue.memory, payload, queue.length);
}

static void completed(uint8_t frag, const char *payload, const char *whole)
{
	ck_assert_int_eq(take(frag, payload), FRAGMENTS_WHOLE);
	holds(whole);
}

START_TEST(in_order)
{
	struct datagram_header h = header(0, "192.0.2.1:9");

	queued(1, "ab");
	queued(2, "c");
	queued(3, "");
	completed(4 | LAST, "def", "abcdef");
	ck_assert(endpoint_equal(&queue.source, &h.source));
}
END_TEST

START_TEST(first_is_last)
{
	completed(1 | LAST, "abc", "abc");
	completed(1 | LAST, "", "");
}
END_TEST

/* A sequence that is complete is over. */
START_TEST(complete_once)
{
	queued(1, "a");
	completed(2 | LAST, "b", "ab");
	dropped(3 | LAST, "c");
	queued(1, "d");
	completed(2 | LAST, "e", "de");
	dropped(2 | LAST, "e");
}
END_TEST

START_TEST(longest_sequence)
{
	char whole[128] = "";

	fragments_init(&queue, memory, sizeof(memory));
	for (uint8_t i = 1; i < 127; i++) {
		queued(i, "x");
		whole[i - 1] = 'x';
	}
	whole[126] = 'y';
	completed(127 | LAST, "y", whole);

	/* Nothing can follow the 127th; it is waited for until the timer. */
	for (uint8_t i = 1; i <= 127; i++)
		queued(i, "x");
	ck_assert_uint_eq(queue.highest, 127);
	queued(1, "a");
	completed(2 | LAST, "b", "ab");
}
END_TEST

START_TEST(standalone)
{
	ck_assert_int_eq(take(0, "a"), FRAGMENTS_ALONE);
	ck_assert_uint_eq(queue.length, 0);
	/* Its FRAG is less than any: the sequence ends. */
	queued(1, "a");
	ck_assert_int_eq(take(0, "x"), FRAGMENTS_ALONE);
	dropped(2 | LAST, "b");
	/* Before and after it is none of the sequence's. */
	queued(1, "a");
	completed(2 | LAST, "b", "ab");
	ck_assert_int_eq(take(0, "x"), FRAGMENTS_ALONE);
}
END_TEST

START_TEST(standalone_from_another)
{
	queued(1, "a");
	ck_assert_int_eq(take_from("192.0.2.2:9", 0, "x"), FRAGMENTS_ALONE);
	dropped(2 | LAST, "b");
}
END_TEST

/* The memory is the caller's: nothing is written beyond, nothing is kept. */
START_TEST(too_long)
{
	queued(1, "abcdef");
	queued(2, "ghijk");
	completed(3 | LAST, "l", "abcdefghijkl");
	ck_assert_int_eq(memory[12], '#');

	queued(1, "abcdef");
	queued(2, "ghijk");
	dropped(3 | LAST, "lm");
	ck_assert_int_eq(memory[12], '#');
	dropped(3 | LAST, "l"); /* abandoned it was */

	dropped(1 | LAST, "abcdefghijklm");
	ck_assert_int_eq(memory[12], '#');
}
END_TEST

START_TEST(bound)
{
	char *payload = malloc(32768 + 1);
	const char *x = payload;

	memset(payload, 'x', 32768);
	payload[32768] = '\0';
	fragments_init(&queue, memory, sizeof(memory));
	queued(1, x);
	ck_assert_int_eq(take(2 | LAST, x + 1), FRAGMENTS_WHOLE);
	ck_assert_uint_eq(queue.length, 65535);
	queued(1, x);
	dropped(2 | LAST, x);
	ck_assert_int_eq(memory[65535], '#');
	free(payload);
}
END_TEST

START_TEST(timer)
{
	queued(1, "a");
	now += 5000; /* no less than 5 seconds, rounded up */
	completed(2 | LAST, "b", "ab");

	queued(1, "a");
	now += 5001;
	dropped(2 | LAST, "b");
	queued(1, "c");
	completed(2 | LAST, "d", "cd");
}
END_TEST

/* It is the sequence's, not the fragment's. */
START_TEST(timer_not_restarted)
{
	queued(1, "a");
	now += 3000;
	queued(2, "b");
	now += 2001;
	dropped(3 | LAST, "c");
	dropped(4 | LAST, "d");
}
END_TEST

START_TEST(timer_restarted_by_first)
{
	queued(1, "a");
	now += 3000;
	queued(1, "a");
	now += 5000;
	completed(2 | LAST, "b", "ab");
}
END_TEST

/* Threads that read the clock, and then wait for each other. */
START_TEST(time_backwards)
{
	queued(1, "a");
	now -= 1;
	completed(2 | LAST, "b", "ab");
	now = 0;
	queued(1, "a");
	completed(2 | LAST, "b", "ab");
}
END_TEST

START_TEST(less_than_highest)
{
	queued(1, "a");
	queued(2, "b");
	queued(3, "c");
	dropped(2, "b");
	dropped(3, "c"); /* neither the old nor a new one goes on */
	dropped(4 | LAST, "d");

	queued(1, "a");
	queued(2, "b");
	queued(3, "c");
	dropped(2 | LAST, "b");
	dropped(4 | LAST, "d");
}
END_TEST

START_TEST(first_again)
{
	queued(1, "a");
	queued(2, "b");
	queued(1, "c");
	dropped(3 | LAST, "x");
	queued(1, "a");
	queued(1, "c"); /* the same position, another sequence */
	completed(2 | LAST, "d", "cd");
	queued(1, "a");
	queued(1, "a");
	completed(2 | LAST, "b", "ab");
}
END_TEST

START_TEST(from_the_middle)
{
	dropped(2, "b");
	dropped(3 | LAST, "c");
	dropped(2 | LAST, "b");
	dropped(127 | LAST, "b");
	ck_assert_uint_eq(queue.length, 0);
}
END_TEST

/* What was left out would be less than the highest when it came. */
START_TEST(gap)
{
	queued(1, "a");
	dropped(3, "c");
	dropped(2, "b");
	dropped(3, "c");
	dropped(4 | LAST, "d");

	queued(1, "a");
	dropped(3 | LAST, "c");
	dropped(2 | LAST, "b");
}
END_TEST

START_TEST(copy)
{
	queued(1, "a");
	queued(2, "bcd");
	queued(2, "bcd");
	holds("abcd");
	completed(3 | LAST, "e", "abcde");

	queued(1, "a");
	queued(2, "");
	queued(2, "");
	completed(3 | LAST, "b", "ab");
}
END_TEST

static const struct {
	uint8_t frag;
	const char *payload;
} no_copies[] = {
	{2, "bx"}, {2, "b"}, {2, "bcd"}, {2, ""}, {2 | LAST, "bc"},
};

START_TEST(no_copy)
{
	queued(1, "a");
	queued(2, "bc");
	dropped(no_copies[_i].frag, no_copies[_i].payload);
	dropped(3 | LAST, "d");
}
END_TEST

static const char *const others[] = {
	"192.0.2.2:9",
	"192.0.2.1:10",
	"[2001:db8::1]:9",
	"example.org:9",
};

/* One queue: what is not less than the highest does the sequence no harm. */
START_TEST(another_source)
{
	const char *other = others[_i];
	struct datagram_header h = header(0, other);

	queued(1, "a");
	queued(2, "b");
	ck_assert_int_eq(take_from(other, 3 | LAST, "x"), FRAGMENTS_NONE);
	ck_assert_int_eq(take_from(other, 2, "x"), FRAGMENTS_NONE);
	ck_assert_int_eq(take_from(other, 4, "x"), FRAGMENTS_NONE);
	completed(3 | LAST, "c", "abc");

	queued(1, "a");
	queued(2, "b");
	queued(3, "c");
	ck_assert_int_eq(take_from(other, 2, "x"), FRAGMENTS_NONE);
	dropped(4 | LAST, "d");

	queued(1, "a");
	ck_assert_int_eq(take_from(other, 1, "x"), FRAGMENTS_NONE);
	dropped(2 | LAST, "b");
	ck_assert_int_eq(take_from(other, 2 | LAST, "y"), FRAGMENTS_WHOLE);
	holds("xy");
	ck_assert(endpoint_equal(&queue.source, &h.source));
}
END_TEST

START_TEST(one_source_by_name)
{
	ck_assert_int_eq(take_from("example.org:9", 1, "a"), FRAGMENTS_NONE);
	ck_assert_int_eq(take_from("EXAMPLE.org:9", 2 | LAST, "b"),
			 FRAGMENTS_WHOLE);
	holds("ab");
}
END_TEST

START_TEST(count)
{
	ck_assert_uint_eq(fragments_count(0, 0), 1);
	ck_assert_uint_eq(fragments_count(0, 10), 1);
	ck_assert_uint_eq(fragments_count(10, 10), 1);
	ck_assert_uint_eq(fragments_count(11, 10), 2);
	ck_assert_uint_eq(fragments_count(20, 10), 2);
	ck_assert_uint_eq(fragments_count(21, 10), 3);
	ck_assert_uint_eq(fragments_count(127, 1), 127);
	ck_assert_uint_eq(fragments_count(128, 1), 0);
	ck_assert_uint_eq(fragments_count(1, 0), 0);
	ck_assert_uint_eq(fragments_count(65535, 65534), 2);
	ck_assert_uint_eq(fragments_count(65536, 65535), 0);
	ck_assert_uint_eq(fragments_count(SIZE_MAX, 600), 0);
	ck_assert_uint_eq(fragments_count(65535, 517), 127);
	ck_assert_uint_eq(fragments_count(65535, 516), 0);
}
END_TEST

static const struct {
	size_t n, size;
	unsigned i;
	struct fragments_part part;
} parts[] = {
	{0, 10, 0, {0, 0, 0}},
	{10, 10, 0, {0, 10, 0}},
	{11, 10, 0, {0, 10, 1}},
	{11, 10, 1, {10, 1, 0x82}},
	{30, 10, 1, {10, 10, 2}},
	{30, 10, 2, {20, 10, 0x83}},
	{127, 1, 0, {0, 1, 1}},
	{127, 1, 125, {125, 1, 126}},
	{127, 1, 126, {126, 1, 0xff}},
};

START_TEST(part)
{
	struct fragments_part got = fragments_part(
		parts[_i].n, parts[_i].size, parts[_i].i);

	ck_assert_uint_eq(got.offset, parts[_i].part.offset);
	ck_assert_uint_eq(got.length, parts[_i].part.length);
	ck_assert_uint_eq(got.frag, parts[_i].part.frag);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("fragments");
	TCase *t = tcase_create("fragments");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, in_order);
	tcase_add_test(t, first_is_last);
	tcase_add_test(t, complete_once);
	tcase_add_test(t, longest_sequence);
	tcase_add_test(t, standalone);
	tcase_add_test(t, standalone_from_another);
	tcase_add_test(t, too_long);
	tcase_add_test(t, bound);
	tcase_add_test(t, timer);
	tcase_add_test(t, timer_not_restarted);
	tcase_add_test(t, timer_restarted_by_first);
	tcase_add_test(t, time_backwards);
	tcase_add_test(t, less_than_highest);
	tcase_add_test(t, first_again);
	tcase_add_test(t, from_the_middle);
	tcase_add_test(t, gap);
	tcase_add_test(t, copy);
	tcase_add_loop_test(t, no_copy, 0, ARRAY_SIZE(no_copies));
	tcase_add_loop_test(t, another_source, 0, ARRAY_SIZE(others));
	tcase_add_test(t, one_source_by_name);
	tcase_add_test(t, count);
	tcase_add_loop_test(t, part, 0, ARRAY_SIZE(parts));
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
