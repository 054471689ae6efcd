/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "socks/datagram.h"

#define WIRE(literal) literal, sizeof(literal) - 1

static struct endpoint at(const char *text)
{
	struct endpoint ep = {0};

	ck_assert(endpoint_parse(&ep, text, 0));
	return ep;
}

static struct endpoint name_of(size_t len)
{
	struct endpoint ep = {.port = 9};
	char name[ENDPOINT_NAME_MAX];

	memset(name, 'n', sizeof(name));
	ck_assert(endpoint_set_name(&ep, name, len));
	return ep;
}

/* From memory of exactly @n octets, for the sanitizers to watch. */
static bool get(const char *p, size_t n, struct datagram_header *h)
{
	uint8_t *exact = malloc(n + !n);
	bool good;

	memcpy(exact, p, n);
	good = datagram_get_header(exact, n, h);
	free(exact);
	return good;
}

static const struct {
	const char *ep;
	uint8_t frag;
	const char *wire;
	size_t n;
} headers[] = {
	{"192.0.2.1:80", 0, WIRE("\0\0\0\1\xc0\0\2\1\0\x50")},
	{"[::ffff:192.0.2.1]:80", 0, WIRE("\0\0\0\1\xc0\0\2\1\0\x50")},
	{"255.255.255.255:65535", 1, WIRE("\0\0\1\1\xff\xff\xff\xff\xff\xff")},
	{"[2001:db8::7]:258", 127,
	 WIRE("\0\0\x7f\4\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7\1\2")},
	{"x:53", 0x81, WIRE("\0\0\x81\3\1x\0\x35")},
	{"example.org:443", 0xff,
	 WIRE("\0\0\xff\3\x0b"
	      "example.org\1\xbb")},
};

START_TEST(there_and_back)
{
	const char *wire = headers[_i].wire;
	size_t n = headers[_i].n;
	struct endpoint ep = at(headers[_i].ep);
	uint8_t buf[DATAGRAM_HEADER_MAX + 1];
	struct datagram_header h, untouched;

	memset(buf, '#', sizeof(buf));
	ck_assert_uint_eq(datagram_header_length(&ep), n);
	ck_assert_uint_eq(datagram_put_header(buf, headers[_i].frag, &ep), n);
	ck_assert_mem_eq(buf, wire, n);
	ck_assert_int_eq(buf[n], '#');

	/* Cut anywhere it is none, and nothing is set. */
	memset(&h, '#', sizeof(h));
	untouched = h;
	for (size_t i = 0; i < n; i++) {
		ck_assert(!get(wire, i, &h));
		ck_assert_mem_eq(&h, &untouched, sizeof(h));
	}
	/* The payload is not looked at. */
	for (size_t i = n; i <= sizeof(buf); i++) {
		ck_assert(get((char *)buf, i, &h));
		ck_assert_uint_eq(h.length, n);
		ck_assert_uint_eq(h.position, headers[_i].frag & 0x7f);
		ck_assert_int_eq(h.last, headers[_i].frag >= 0x80);
		ck_assert(endpoint_equal(&h.source, &ep));
	}
}
END_TEST

START_TEST(longest)
{
	struct endpoint ep = name_of(255);
	uint8_t buf[DATAGRAM_HEADER_MAX + 1];
	struct datagram_header h;

	buf[262] = '#';
	ck_assert_uint_eq(datagram_header_length(&ep), 262);
	ck_assert_uint_eq(datagram_put_header(buf, 0, &ep), 262);
	ck_assert_mem_eq(buf, "\0\0\0\3\xffnnn", 8);
	ck_assert_mem_eq(buf + 258, "nn\0\x09#", 5);
	ck_assert(!get((char *)buf, 261, &h));
	ck_assert(get((char *)buf, 262, &h));
	ck_assert_uint_eq(h.length, 262);
	ck_assert(endpoint_equal(&h.source, &ep));
}
END_TEST

START_TEST(no_kind)
{
	struct endpoint ep = {.port = 7};
	uint8_t buf[DATAGRAM_HEADER_MAX];

	ck_assert_uint_eq(datagram_header_length(&ep), 10);
	ck_assert_uint_eq(datagram_put_header(buf, 0, &ep), 10);
	ck_assert_mem_eq(buf, "\0\0\0\1\0\0\0\0\0\7", 10);
}
END_TEST

/* A mapped address in 22 octets is IPv4, behind 22 octets. */
START_TEST(mapped_source)
{
	static const char wire[] =
		"\0\0\0\4\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1\0\x50";
	struct endpoint ep = at("192.0.2.1:80");
	struct datagram_header h;

	ck_assert(get(wire, 22, &h));
	ck_assert_uint_eq(h.length, 22);
	ck_assert(endpoint_equal(&h.source, &ep));
}
END_TEST

/* Each has one fault, and would be good without. */
static const struct {
	const char *wire;
	size_t n;
} bad[] = {
	{WIRE("\1\0\0\1\xc0\0\2\1\0\x50")}, /* RSV */
	{WIRE("\0\1\0\1\xc0\0\2\1\0\x50")},
	{WIRE("\0\0\x80\1\xc0\0\2\1\0\x50")}, /* FRAG */
	{WIRE("\0\0\0\0\xc0\0\2\1\0\x50")}, /* ATYP */
	{WIRE("\0\0\0\2\xc0\0\2\1\0\x50")},
	{WIRE("\0\0\1\5\xc0\0\2\1\0\x50")},
	{WIRE("\0\0\0\xff\xc0\0\2\1\0\x50")},
	{WIRE("\0\0\0\3\0\0\x35")}, /* the name */
	{WIRE("\0\0\0\3\2\0a\0\x35")},
	{WIRE("\0\0\0\3\2a\0\0\x35")},
};

START_TEST(bad_header)
{
	char buf[300] = {0};
	struct datagram_header h, untouched;

	memcpy(buf, bad[_i].wire, bad[_i].n);
	memset(&h, '#', sizeof(h));
	untouched = h;
	for (size_t i = 0; i <= sizeof(buf); i++)
		ck_assert(!get(buf, i, &h));
	ck_assert_mem_eq(&h, &untouched, sizeof(h));
}
END_TEST

/* A NUL octet in the port is none of the name. */
START_TEST(nul_behind_name)
{
	struct datagram_header h;

	ck_assert(get("\0\0\0\3\1a\0\0", 8, &h));
	ck_assert_uint_eq(h.source.port, 0);
	ck_assert_str_eq(h.source.name, "a");
}
END_TEST

START_TEST(payload)
{
	struct endpoint ipv4 = at("192.0.2.1:1"), ipv6 = at("[::1]:1"),
			mapped = at("[::ffff:192.0.2.1]:1");

	ck_assert_uint_eq(datagram_payload_max(&ipv4, 10), 65497);
	ck_assert_uint_eq(datagram_payload_max(&ipv4, 22), 65485);
	ck_assert_uint_eq(datagram_payload_max(&ipv4, 262), 65245);
	ck_assert_uint_eq(datagram_payload_max(&ipv6, 10), 65517);
	ck_assert_uint_eq(datagram_payload_max(&ipv6, 22), 65505);
	/* IPv4 carries it, whatever the socket's family. */
	ck_assert_uint_eq(datagram_payload_max(&mapped, 10), 65497);
	ck_assert_uint_eq(datagram_payload_max(&ipv4, 65506), 1);
	ck_assert_uint_eq(datagram_payload_max(&ipv4, 65507), 0);
	ck_assert_uint_eq(datagram_payload_max(&ipv4, 65508), 0);
}
END_TEST

START_TEST(space)
{
	struct endpoint ipv4 = at("192.0.2.1:1"), ipv6 = at("[::1]:1"),
			name = at("a:1");

	ck_assert_uint_eq(datagram_space(212992, &ipv4, 0), 212982);
	ck_assert_uint_eq(datagram_space(212992, &ipv6, 0), 212972);
	ck_assert_uint_eq(datagram_space(212992, &name, 0), 212730);
	ck_assert_uint_eq(datagram_space(1000, &ipv4, 3), 987);
	ck_assert_uint_eq(datagram_space(262, &name, 0), 0);
	ck_assert_uint_eq(datagram_space(261, &name, 0), 0);
	ck_assert_uint_eq(datagram_space(13, &ipv4, 3), 0);
	ck_assert_uint_eq(datagram_space(12, &ipv4, 3), 0);
	ck_assert_uint_eq(datagram_space(0, &ipv6, SIZE_MAX), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("datagram");
	TCase *t = tcase_create("datagram");
	SRunner *sr;
	int failed;

	tcase_add_loop_test(t, there_and_back, 0, ARRAY_SIZE(headers));
	tcase_add_test(t, longest);
	tcase_add_test(t, no_kind);
	tcase_add_test(t, mapped_source);
	tcase_add_loop_test(t, bad_header, 0, ARRAY_SIZE(bad));
	tcase_add_test(t, nul_behind_name);
	tcase_add_test(t, payload);
	tcase_add_test(t, space);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
