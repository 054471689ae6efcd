/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "runs.h"
#include "sock/dns_query.h"
#include "stream.h"

#define WIRE(literal) (const uint8_t *)literal, sizeof(literal) - 1
#define OPTIONS "sndtimeo 5\nrcvtimeo 5\n"

static struct run *run;
static struct endpoint server;
static uint8_t answer[512];

static void setup(void)
{
	stream_begin();
	run = runs_new("192.0.2.1:1080", "");
	ck_assert(endpoint_parse(&server, "8.8.8.8:53", 0));
	memset(answer, '#', sizeof(answer));
	errno = 4711;
}

static void says(const uint8_t *p, size_t n)
{
	stream.input = p;
	stream.ninput = n;
}

static ssize_t query(enum route route, size_t cap)
{
	ssize_t r = dns_query(run, &server, route, WIRE("question"), answer,
			      cap);

	ck_assert_int_eq(errno, 4711);
	return r;
}

START_TEST(test_direct)
{
	says(WIRE("\0\6answermore"));
	ck_assert_int_eq(query(ROUTE_DIRECT, sizeof(answer)), 6);
	ck_assert_mem_eq(answer, "answer#", 7);
	ck_assert_str_eq(stream.trace, "socket\n" OPTIONS
				       "connect 8.8.8.8:53\nclose\n");
	ck_assert_uint_eq(stream.nsent, 10);
	ck_assert_mem_eq(stream.sent, "\0\10question", 10);
	ck_assert_uint_eq(stream.taken, 8); /* not an octet too many */
}
END_TEST

START_TEST(test_direct_ipv6)
{
	ck_assert(endpoint_parse(&server, "[2001:db8::53]:53", 0));
	says(WIRE("\0\6answer"));
	ck_assert_int_eq(query(ROUTE_DIRECT, sizeof(answer)), 6);
	ck_assert_str_eq(stream.trace, "socket6\n" OPTIONS
				       "connect [2001:db8::53]:53\nclose\n");
}
END_TEST

START_TEST(test_pieces)
{
	for (size_t max = 1; max < 9; max++) {
		setup();
		stream.max = max;
		stream.interrupts = 2;
		says(WIRE("\0\6answer"));
		ck_assert_int_eq(query(ROUTE_DIRECT, sizeof(answer)), 6);
		ck_assert_mem_eq(answer, "answer#", 7);
		ck_assert_uint_eq(stream.nsent, 10);
		ck_assert_mem_eq(stream.sent, "\0\10question", 10);
	}
}
END_TEST

/* Interrupted where the answer is awaited, too. */
static void interrupt(void)
{
	stream.interrupts = 1;
}

START_TEST(test_interrupted_read)
{
	says(WIRE("\0\6answer"));
	stream.answer = interrupt;
	ck_assert_int_eq(query(ROUTE_DIRECT, sizeof(answer)), 6);
}
END_TEST

/* What does not fit is counted, and not written. */
START_TEST(test_long_answer)
{
	says(WIRE("\0\6answer"));
	ck_assert_int_eq(query(ROUTE_DIRECT, 4), 6);
	ck_assert_mem_eq(answer, "answ#", 5);
}
END_TEST

START_TEST(test_longest_answer)
{
	static uint8_t input[2 + 65535], all[65535];

	memset(input, 'x', sizeof(input));
	input[0] = input[1] = 0xff;
	says(input, sizeof(input));
	ck_assert_int_eq(dns_query(run, &server, ROUTE_DIRECT, WIRE("q"), all,
				   sizeof(all)),
			 65535);
	ck_assert_int_eq(all[65534], 'x');
}
END_TEST

START_TEST(test_failures)
{
	static const char input[] = "\0\6answer";

	/* An end, at each octet. */
	for (size_t n = 0; n < sizeof(input) - 1; n++) {
		setup();
		says((const uint8_t *)input, n);
		stream.closes = true;
		ck_assert_int_eq(query(ROUTE_DIRECT, sizeof(answer)),
				 -ECONNRESET);
		ck_assert_ptr_nonnull(strstr(stream.trace, "close\n"));
	}
	setup(); /* SO_RCVTIMEO */
	ck_assert_int_lt(query(ROUTE_DIRECT, sizeof(answer)), 0);
	ck_assert_ptr_nonnull(strstr(stream.trace, "close\n"));
	setup();
	stream.connect_errors[0] = ECONNREFUSED;
	ck_assert_int_eq(query(ROUTE_DIRECT, sizeof(answer)), -ECONNREFUSED);
	ck_assert_ptr_nonnull(strstr(stream.trace, "close\n"));
	setup(); /* SO_SNDTIMEO */
	stream.connect_errors[0] = EINPROGRESS;
	ck_assert_int_eq(query(ROUTE_DIRECT, sizeof(answer)), -ETIMEDOUT);
	ck_assert_ptr_nonnull(strstr(stream.trace, "close\n"));
	setup();
	stream.socket_error = EMFILE;
	ck_assert_int_eq(query(ROUTE_DIRECT, sizeof(answer)), -EMFILE);
	ck_assert_str_eq(stream.trace, "socket\n");
}
END_TEST

#define TO_SERVER "\5\1\0\5\1\0\1\10\10\10\10\0\x35"
#define YES	  "\5\0\5\0\0\1\0\0\0\0\0\0"

START_TEST(test_proxy)
{
	says(WIRE(YES "\0\6answer"));
	ck_assert_int_eq(query(ROUTE_PROXY, sizeof(answer)), 6);
	ck_assert_mem_eq(answer, "answer#", 7);
	ck_assert_str_eq(stream.trace, "socket\n" OPTIONS
				       "connect 192.0.2.1:1080\nclose\n");
	ck_assert_uint_eq(stream.nsent, 13 + 10);
	ck_assert_mem_eq(stream.sent, TO_SERVER "\0\10question", 23);
}
END_TEST

START_TEST(test_proxy_ipv6)
{
	run = runs_new("[2001:db8::1]:1080", "");
	says(WIRE(YES "\0\6answer"));
	ck_assert_int_eq(query(ROUTE_PROXY, sizeof(answer)), 6);
	ck_assert_str_eq(stream.trace, "socket6\n" OPTIONS
				       "connect [2001:db8::1]:1080\nclose\n");
}
END_TEST

START_TEST(test_proxy_refuses)
{
	says(WIRE("\5\0\5\2"));
	ck_assert_int_eq(query(ROUTE_PROXY, sizeof(answer)), -EACCES);
	ck_assert_ptr_nonnull(strstr(stream.trace, "close\n"));
	ck_assert_uint_eq(stream.nsent, 13);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dns_query");
	TCase *tc = tcase_create("dns_query");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, test_direct);
	tcase_add_test(tc, test_direct_ipv6);
	tcase_add_test(tc, test_pieces);
	tcase_add_test(tc, test_interrupted_read);
	tcase_add_test(tc, test_long_answer);
	tcase_add_test(tc, test_longest_answer);
	tcase_add_test(tc, test_failures);
	tcase_add_test(tc, test_proxy);
	tcase_add_test(tc, test_proxy_ipv6);
	tcase_add_test(tc, test_proxy_refuses);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
