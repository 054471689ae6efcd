/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "socks/message.h"

#define WIRE(literal) literal, sizeof(literal) - 1

static struct endpoint at(const char *text)
{
	struct endpoint ep = {0};

	ck_assert(endpoint_parse(&ep, text, 0));
	return ep;
}

START_TEST(greeting)
{
	static const uint8_t methods[] = {0, 2};
	uint8_t buf[8];
	struct writer w = writer_of(buf, sizeof(buf));

	socks_put_greeting(&w, methods, 2);
	ck_assert_int_eq(w.p - buf, 4);
	ck_assert_mem_eq(buf, "\5\2\0\2", 4);
	w = writer_of(buf, 3);
	socks_put_greeting(&w, methods, 1);
	ck_assert(!w.bad);
	ck_assert_mem_eq(buf, "\5\1\0", 3);
	socks_put_greeting(&w, methods, 1);
	ck_assert(w.bad);
}
END_TEST

START_TEST(auth)
{
	struct socks_credentials c = {.username_len = 5, .password_len = 3};
	uint8_t buf[513];
	struct writer w = writer_of(buf, sizeof(buf));

	memcpy(c.username, "al\0ce", 5); /* any octet */
	memcpy(c.password, "s\xff\n", 3);
	socks_put_auth(&w, &c);
	ck_assert_int_eq(w.p - buf, 11);
	ck_assert_mem_eq(buf, "\1\5al\0ce\3s\xff\n", 11);

	c.username_len = c.password_len = 255;
	memset(c.username, 'u', 255);
	memset(c.password, 'p', 255);
	w = writer_of(buf, sizeof(buf));
	socks_put_auth(&w, &c);
	ck_assert(!w.bad);
	ck_assert_ptr_eq(w.p, w.end);
	ck_assert_int_eq(buf[256], 'u');
	ck_assert_int_eq(buf[257], 255);
	ck_assert_int_eq(buf[258], 'p');
	w = writer_of(buf, sizeof(buf) - 1);
	socks_put_auth(&w, &c);
	ck_assert(w.bad);
}
END_TEST

static const struct {
	enum socks_command command;
	const char *dst;
	const char *wire;
	size_t n;
} requests[] = {
	{SOCKS_CONNECT, "192.0.2.1:80", WIRE("\5\1\0\1\xc0\0\2\1\0\x50")},
	{SOCKS_BIND, "0.0.0.0:65535", WIRE("\5\2\0\1\0\0\0\0\xff\xff")},
	{SOCKS_UDP_ASSOCIATE, "[2001:db8::7]:258",
	 WIRE("\5\3\0\4\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7\1\2")},
	{SOCKS_CONNECT, "[::ffff:192.0.2.1]:80",
	 WIRE("\5\1\0\1\xc0\0\2\1\0\x50")},
	{SOCKS_CONNECT, "example.org:443",
	 WIRE("\5\1\0\3\x0b"
	      "example.org\1\xbb")},
	{SOCKS_CONNECT, "\xff:1", WIRE("\5\1\0\3\1\xff\0\1")},
};

START_TEST(request)
{
	struct endpoint dst = at(requests[_i].dst);
	uint8_t buf[64];

	for (size_t cap = 0; cap < sizeof(buf); cap++) {
		struct writer w = writer_of(buf, cap);

		memset(buf, '#', sizeof(buf));
		socks_put_request(&w, requests[_i].command, &dst);
		ck_assert_int_eq(w.bad, cap < requests[_i].n);
		if (w.bad)
			continue;
		ck_assert_uint_eq((size_t)(w.p - buf), requests[_i].n);
		ck_assert_mem_eq(buf, requests[_i].wire, requests[_i].n);
		ck_assert_int_eq(buf[requests[_i].n], '#');
	}
}
END_TEST

START_TEST(request_extremes)
{
	struct endpoint ep = {.port = 9};
	uint8_t buf[262];
	char name[255];
	struct writer w = writer_of(buf, sizeof(buf));

	socks_put_request(&w, SOCKS_UDP_ASSOCIATE, &ep); /* of no kind */
	ck_assert_int_eq(w.p - buf, 10);
	ck_assert_mem_eq(buf, "\5\3\0\1\0\0\0\0\0\x09", 10);

	memset(name, 'n', sizeof(name));
	ck_assert(endpoint_set_name(&ep, name, sizeof(name)));
	w = writer_of(buf, sizeof(buf));
	socks_put_request(&w, SOCKS_CONNECT, &ep);
	ck_assert(!w.bad);
	ck_assert_ptr_eq(w.p, w.end);
	ck_assert_mem_eq(buf, "\5\1\0\3\xff", 5);
	ck_assert_int_eq(buf[259], 'n');
}
END_TEST

START_TEST(two_octets)
{
	uint8_t v;

	for (unsigned first = 0; first < 256; first++)
		for (unsigned second = 0; second < 256; second++) {
			uint8_t p[3] = {(uint8_t)first, (uint8_t)second, 9};
			bool socks = first == 5, any = first == 1 || socks;

			ck_assert_int_eq(socks_get_method(p, 0, &v), 0);
			ck_assert_int_eq(socks_get_method(p, 1, &v),
					 socks ? SOCKS_MORE : SOCKS_BAD);
			ck_assert_int_eq(socks_get_method(p, 2, &v),
					 socks ? 2 : SOCKS_BAD);
			if (socks)
				ck_assert_uint_eq(v, second);
			ck_assert_int_eq(socks_get_auth_status(p, 0, &v), 0);
			ck_assert_int_eq(socks_get_auth_status(p, 1, &v),
					 any ? SOCKS_MORE : SOCKS_BAD);
			v = 77;
			ck_assert_int_eq(socks_get_auth_status(p, 3, &v),
					 any ? 2 : SOCKS_BAD);
			ck_assert_uint_eq(v, any ? second : 77);
		}
}
END_TEST

static const struct {
	const char *wire;
	size_t n;
	const char *bound; /* NULL: of no kind */
	uint16_t port;
} replies[] = {
	{WIRE("\5\0\0\1\xc0\0\2\1\0\x50"), "192.0.2.1:80", 80},
	{WIRE("\5\0\0\1\0\0\0\0\0\0"), "0.0.0.0:1", 0},
	{WIRE("\5\0\xff\4\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7\1\2"),
	 "[2001:db8::7]:258", 258},
	{WIRE("\5\0\0\4\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1\0\x50"),
	 "192.0.2.1:80", 80},
	{WIRE("\5\0\0\3\0\0\x50"), NULL, 80},
	{WIRE("\5\0\0\3\1x\0\x50"), "x:80", 80},
	{WIRE("\5\0\0\3\3a\0b\0\x50"), NULL, 80},
	{WIRE("\5\7\0\3\x0b"
	      "example.org\1\xbb"),
	 "example.org:443", 443},
};

START_TEST(reply)
{
	const uint8_t *wire = (const uint8_t *)replies[_i].wire;
	size_t n = replies[_i].n;
	struct endpoint bound = {.port = 0xaaaa}, want = {0};
	uint8_t rep = 0xaa;
	uint8_t more[64];

	/* A length is promised at each point, and never one too long. */
	for (size_t i = 0; i < n; i++) {
		size_t len = socks_reply_length(wire, i);

		ck_assert_uint_gt(len, i);
		ck_assert_uint_le(len, n);
		if (i >= 5)
			ck_assert_uint_eq(len, n);
		ck_assert_int_eq(socks_get_reply(wire, i, &rep, &bound),
				 SOCKS_MORE);
		ck_assert_uint_eq(rep, 0xaa); /* untouched so far */
		ck_assert_uint_eq(bound.port, 0xaaaa);
	}
	ck_assert_int_eq(socks_get_reply(wire, n, &rep, &bound), (int)n);
	ck_assert_uint_eq(rep, wire[1]);
	ck_assert_uint_eq(bound.port, replies[_i].port);
	if (replies[_i].bound)
		want = at(replies[_i].bound);
	ck_assert_int_eq(bound.kind, want.kind);
	ck_assert(endpoint_same_host(&bound, &want));

	/* What follows is not looked at. */
	memset(more, 0xff, sizeof(more));
	memcpy(more, wire, n);
	ck_assert_int_eq(socks_get_reply(more, sizeof(more), &rep, &bound),
			 (int)n);
}
END_TEST

START_TEST(longest_reply)
{
	uint8_t wire[262] = {5, 0, 0, 3, 255};
	struct endpoint bound;
	uint8_t rep;

	memset(wire + 5, 'n', 255);
	ck_assert_uint_eq(socks_reply_length(wire, 5), sizeof(wire));
	ck_assert_int_eq(socks_get_reply(wire, 261, &rep, &bound), SOCKS_MORE);
	ck_assert_int_eq(socks_get_reply(wire, 262, &rep, &bound), 262);
	ck_assert_uint_eq(bound.name_len, 255);
}
END_TEST

START_TEST(bad_replies)
{
	uint8_t wire[22] = {0};
	struct endpoint bound;
	uint8_t rep;

	for (unsigned v = 0; v < 256; v++) {
		bool known = v == 1 || v == 3 || v == 4;

		wire[0] = 5;
		wire[3] = (uint8_t)v;
		ck_assert_int_eq(socks_get_reply(wire, 3, &rep, &bound),
				 SOCKS_MORE);
		ck_assert_int_eq(socks_get_reply(wire, 4, &rep, &bound),
				 known ? SOCKS_MORE : SOCKS_BAD);
		ck_assert_int_eq(socks_get_reply(wire, 22, &rep, &bound) > 0,
				 known);
		wire[0] = (uint8_t)v;
		wire[3] = 1;
		ck_assert_int_eq(socks_get_reply(wire, 1, &rep, &bound),
				 v == 5 ? SOCKS_MORE : SOCKS_BAD);
		ck_assert_int_eq(socks_get_reply(wire, 22, &rep, &bound),
				 v == 5 ? 10 : SOCKS_BAD);
	}
}
END_TEST

START_TEST(addresses)
{
	/* Two in a row, as the header of a datagram and its payload stand. */
	static const uint8_t wire[] = "\1\x7f\0\0\1\0\x35\3\2ab\0\1";
	struct reader r = reader_of(wire, sizeof(wire) - 1);
	struct endpoint ep = {0}, first = at("127.0.0.1:53"),
			second = at("ab:1");

	ck_assert(socks_get_address(&r, &ep));
	ck_assert(endpoint_equal(&ep, &first));
	ck_assert(socks_get_address(&r, &ep));
	ck_assert(endpoint_equal(&ep, &second));
	ck_assert_uint_eq(reader_left(&r), 0);
	ck_assert(!socks_get_address(&r, &ep));
	ck_assert(r.bad);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("message");
	TCase *tc = tcase_create("message");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_add_test(tc, greeting);
	tcase_add_test(tc, auth);
	tcase_add_loop_test(tc, request, 0, ARRAY_SIZE(requests));
	tcase_add_test(tc, request_extremes);
	tcase_add_test(tc, two_octets);
	tcase_add_loop_test(tc, reply, 0, ARRAY_SIZE(replies));
	tcase_add_test(tc, longest_reply);
	tcase_add_test(tc, bad_replies);
	tcase_add_test(tc, addresses);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
