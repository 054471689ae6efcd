/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <assert.h>
#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/compiler.h"
#include "socks/endpoint.h"

#define A8  "abcdefgh"
#define A64 A8 A8 A8 A8 A8 A8 A8 A8
#define A255                                                      \
	A64 A64 A64 "abcdefghabcdefghabcdefghabcdefghabcdefgh" A8 \
		    "abcdefghabcdefg"
static_assert(sizeof(A255) == 256, "the longest name");

static struct endpoint parsed(const char *text)
{
	struct endpoint ep = {0};

	ck_assert_msg(endpoint_parse(&ep, text, 1080), "%s", text);
	return ep;
}

/* What endpoint_parse() reads, as endpoint_format() writes it. */
static const struct {
	const char *text, *format;
	enum endpoint_kind kind;
} good[] = {
	{"example.org", "example.org:1080", ENDPOINT_NAME},
	{"example.org:80", "example.org:80", ENDPOINT_NAME},
	{"example.org:1", "example.org:1", ENDPOINT_NAME},
	{"example.org:65535", "example.org:65535", ENDPOINT_NAME},
	{"example.org:080", "example.org:80", ENDPOINT_NAME},
	{"10.1.2.3", "10.1.2.3:1080", ENDPOINT_IPV4},
	{"10.1.2.3:9", "10.1.2.3:9", ENDPOINT_IPV4},
	{"255.255.255.255", "255.255.255.255:1080", ENDPOINT_IPV4},
	/* Not dotted quads: names, and so the proxy's matter. */
	{"127.1", "127.1:1080", ENDPOINT_NAME},
	{"10.1.2.256", "10.1.2.256:1080", ENDPOINT_NAME},
	{"10.1.2.3.4", "10.1.2.3.4:1080", ENDPOINT_NAME},
	{"255.255.255.2555", "255.255.255.2555:1080", ENDPOINT_NAME},
	{"::1", "[::1]:1080", ENDPOINT_IPV6},
	{"2001:db8::1:80", "[2001:db8::1:80]:1080", ENDPOINT_IPV6},
	{"[2001:db8::1]", "[2001:db8::1]:1080", ENDPOINT_IPV6},
	{"[2001:db8::1]:443", "[2001:db8::1]:443", ENDPOINT_IPV6},
	{"[fe80::1%3]:443", "[fe80::1%3]:443", ENDPOINT_IPV6},
	{"fe80::1%4294967295", "[fe80::1%4294967295]:1080", ENDPOINT_IPV6},
	{"ff02::1%2", "[ff02::1%2]:1080", ENDPOINT_IPV6},
	{"2001:db8::1%3", "[2001:db8::1]:1080", ENDPOINT_IPV6},
	{"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
	 "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:1080", ENDPOINT_IPV6},
	{"::ffff:10.1.2.3", "10.1.2.3:1080", ENDPOINT_IPV4},
	{"[::ffff:a01:203]:7", "10.1.2.3:7", ENDPOINT_IPV4},
	{"b\xc3\xbc.de\x1b:7", "b\\xc3\\xbc.de\\x1b:7", ENDPOINT_NAME},
	{A255, A255 ":1080", ENDPOINT_NAME},
	{A255 ":8", A255 ":8", ENDPOINT_NAME},
};

START_TEST(parses_and_formats)
{
	struct endpoint ep = parsed(good[_i].text);
	char buf[ENDPOINT_TEXT_MAX];

	ck_assert_int_eq(ep.kind, good[_i].kind);
	ck_assert_uint_eq(endpoint_format(&ep, buf), strlen(good[_i].format));
	ck_assert_str_eq(buf, good[_i].format);
}
END_TEST

static const char *const bad[] = {
	"",
	":80",
	"example.org:",
	"example.org:0",
	"example.org:65536",
	"example.org:4294967297",
	"example.org:18446744073709551617",
	"example.org:-1",
	"example.org:+1",
	"example.org: 1",
	"example.org:80x",
	"example.org:80:80",
	"[::1",
	"[::1]80",
	"[::1]:",
	"[::1]:0",
	"[]",
	"[]:80",
	"[example.org]:80",
	"[10.1.2.3]:80",
	"::1::",
	"1:2:3:4:5:6:7:8:9",
	"[fe80::1%]",
	"[fe80::1%4294967296]",
	"[fe80::1%eth0]",
	"[::1]]:80",
	A255 "x",
	A255 "x:80",
};

START_TEST(refuses)
{
	struct endpoint ep = {0};

	ck_assert(!endpoint_parse(&ep, bad[_i], 1080));
}
END_TEST

START_TEST(parses_hosts)
{
	struct endpoint ep = {.port = 42};

	/* A host is delimited by its length; the port is left alone. */
	ck_assert(endpoint_parse_host(&ep, "10.1.2.34", 8));
	ck_assert_int_eq(ep.kind, ENDPOINT_IPV4);
	ck_assert_int_eq(ep.ipv4[3], 3);
	ck_assert(endpoint_parse_host(&ep, "::12", 3));
	ck_assert_int_eq(ep.kind, ENDPOINT_IPV6);
	ck_assert_int_eq(ep.ipv6[15], 1);
	ck_assert(endpoint_parse_host(&ep, "fe80::1%eth0", 12));
	ck_assert_int_eq(ep.kind, ENDPOINT_NAME);
	ck_assert(endpoint_parse_host(&ep, "[::1]", 5)); /* brackets: a name */
	ck_assert_int_eq(ep.kind, ENDPOINT_NAME);
	ck_assert_int_eq(ep.port, 42);

	ck_assert(!endpoint_parse_host(&ep, "", 0));
	ck_assert(!endpoint_parse_host(&ep, A255 "x", 256));
	ck_assert(!endpoint_parse_host(&ep, "10.1.2.3\0x", 10));
	ck_assert(!endpoint_parse_host(&ep, "::1\0x", 5));
	ck_assert(!endpoint_parse_host(&ep, "host\0", 5));
}
END_TEST

START_TEST(sets_names)
{
	struct endpoint ep = {.port = 7, .scope_id = 9};

	for (unsigned c = 1; c < 256; c++) { /* any octet but NUL */
		char name[2] = {'x', (char)c};

		ck_assert(endpoint_set_name(&ep, name, 2));
		ck_assert_int_eq(ep.name_len, 2);
		ck_assert_mem_eq(ep.name, name, 2);
		ck_assert_int_eq(ep.name[2], 0);
	}
	ck_assert_int_eq(ep.port, 7);
	ck_assert_uint_eq(ep.scope_id, 0);
	ck_assert(endpoint_set_name(&ep, ep.name + 1, 1)); /* its own */
	ck_assert_str_eq(ep.name, "\xff");
	ck_assert(endpoint_set_name(&ep, A255, 255));
	ck_assert_str_eq(ep.name, A255);
	ck_assert(!endpoint_set_name(&ep, A255 "x", 256));
	ck_assert(!endpoint_set_name(&ep, "", 0));
	ck_assert(!endpoint_set_name(&ep, "a\0b", 3));
}
END_TEST

START_TEST(from_sockaddr_ipv4)
{
	/* At an odd address, with trailing octets, as programs pass it. */
	_Alignas(8) char raw[1 + sizeof(struct sockaddr_storage)] = {0};
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(80)};
	const struct sockaddr *sa = (const void *)(raw + 1);
	struct endpoint ep, want = parsed("192.0.2.1:80");

	inet_pton(AF_INET, "192.0.2.1", &sin.sin_addr);
	memcpy(raw + 1, &sin, sizeof(sin));
	for (socklen_t len = 0; len < 128; len++)
		ck_assert_int_eq(endpoint_from_sockaddr(&ep, sa, len),
				 len >= sizeof(sin));
	ck_assert(endpoint_equal(&ep, &want));
}
END_TEST

START_TEST(from_sockaddr_ipv6)
{
	struct sockaddr_storage ss = {0};
	struct sockaddr_in6 *sin6 = (void *)&ss;
	const struct sockaddr *sa = (const void *)&ss;
	struct endpoint ep, want = parsed("[fe80::9%5]:81");

	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = htons(81);
	sin6->sin6_scope_id = 5;
	inet_pton(AF_INET6, "fe80::9", &sin6->sin6_addr);
	for (socklen_t len = 0; len <= sizeof(ss); len++) {
		ck_assert_int_eq(endpoint_from_sockaddr(&ep, sa, len),
				 len >= 24);
		if (len >= 24)
			ck_assert_uint_eq(ep.scope_id, len >= 28 ? 5 : 0);
	}
	ck_assert(endpoint_equal(&ep, &want));

	/* A scope of an address that has none is noise. */
	inet_pton(AF_INET6, "2001:db8::9", &sin6->sin6_addr);
	want = parsed("[2001:db8::9]:81");
	ck_assert(endpoint_from_sockaddr(&ep, sa, sizeof(*sin6)));
	ck_assert(endpoint_equal(&ep, &want));

	inet_pton(AF_INET6, "::ffff:192.0.2.1", &sin6->sin6_addr);
	want = parsed("192.0.2.1:81");
	ck_assert(endpoint_from_sockaddr(&ep, sa, sizeof(*sin6)));
	ck_assert_int_eq(ep.kind, ENDPOINT_IPV4);
	ck_assert(endpoint_equal(&ep, &want));

	/* ::192.0.2.1 is not mapped, and stays what it is. */
	inet_pton(AF_INET6, "::192.0.2.1", &sin6->sin6_addr);
	ck_assert(endpoint_from_sockaddr(&ep, sa, sizeof(*sin6)));
	ck_assert_int_eq(ep.kind, ENDPOINT_IPV6);
}
END_TEST

START_TEST(from_other_sockaddr)
{
	struct sockaddr_storage ss = {0};
	struct endpoint ep;

	for (int family = 0; family < 64; family++) {
		ss.ss_family = (sa_family_t)family;
		ck_assert_int_eq(
			endpoint_from_sockaddr(&ep, (void *)&ss, sizeof(ss)),
			family == AF_INET || family == AF_INET6);
	}
}
END_TEST

/* Which endpoint has which form for which family? */
static const struct {
	const char *text;
	socklen_t inet, inet6;
	const char *back; /* of the IPv6 form, as inet_ntop() writes it */
} forms[] = {
	{"192.0.2.1:80", 16, 28, "::ffff:192.0.2.1"},
	{"[2001:db8::1]:80", 0, 28, "2001:db8::1"},
	{"[fe80::1%7]:80", 0, 28, "fe80::1"},
	{"example.org:80", 0, 0, NULL},
};

START_TEST(to_sockaddr)
{
	struct endpoint ep = parsed(forms[_i].text), back = {0};
	struct sockaddr_storage ss;
	struct sockaddr_in6 *sin6 = (void *)&ss;
	char buf[INET6_ADDRSTRLEN];
	socklen_t n;

	memset(&ss, 0xaa, sizeof(ss));
	n = endpoint_to_sockaddr(&ep, AF_INET, &ss);
	ck_assert_uint_eq(n, forms[_i].inet);
	if (n) {
		ck_assert_int_eq(ss.ss_family, AF_INET);
		ck_assert_mem_eq(((struct sockaddr_in *)&ss)->sin_zero,
				 "\0\0\0\0\0\0\0", 8);
		ck_assert(endpoint_from_sockaddr(&back, (void *)&ss, n));
		ck_assert(endpoint_equal(&ep, &back));
	}

	memset(&ss, 0xaa, sizeof(ss));
	n = endpoint_to_sockaddr(&ep, AF_INET6, &ss);
	ck_assert_uint_eq(n, forms[_i].inet6);
	if (n) {
		ck_assert_int_eq(ss.ss_family, AF_INET6);
		ck_assert_uint_eq(sin6->sin6_flowinfo, 0);
		inet_ntop(AF_INET6, &sin6->sin6_addr, buf, sizeof(buf));
		ck_assert_str_eq(buf, forms[_i].back);
		ck_assert(endpoint_from_sockaddr(&back, (void *)&ss, n));
		ck_assert(endpoint_equal(&ep, &back));
	}
	ck_assert_uint_eq(endpoint_to_sockaddr(&ep, AF_UNIX, &ss), 0);
}
END_TEST

static const struct {
	const char *a, *b;
	bool same_host, equal;
} pairs[] = {
	{"host:1", "host:1", true, true},
	{"host:1", "host:2", true, false},
	{"host:1", "HOST:1", true, true},
	{"host.:1", "hOst:1", true, true},
	{"host:1", "hos:1", false, false},
	{"hos.:1", "host:1", false, false},
	{"host..:1", "host:1", false, false},
	{"ho@t:1", "ho`t:1", false, false}, /* not letters */
	{"\xc4.de:1", "\xe4.de:1", false, false},
	{"10.0.0.1:1", "10.0.0.1:1", true, true},
	{"10.0.0.1:1", "10.0.0.2:1", false, false},
	{"10.0.0.1:1", "[::ffff:10.0.0.1]:1", true, true},
	{"10.0.0.1:1", "[::10.0.0.1]:1", false, false},
	{"10.0.0.1:1", "10.0.0.1.:1", false, false},
	{"[::1]:1", "[::1]:1", true, true},
	{"[::1]:1", "[::2]:1", false, false},
	{"[fe80::1%1]:1", "[fe80::1%2]:1", false, false},
	{"[fe80::1%1]:1", "[fe80::1%1]:1", true, true},
	{"[2001:db8::1%1]:1", "[2001:db8::1]:1", true, true},
};

START_TEST(compares)
{
	struct endpoint a = parsed(pairs[_i].a), b = parsed(pairs[_i].b);

	ck_assert_int_eq(endpoint_same_host(&a, &b), pairs[_i].same_host);
	ck_assert_int_eq(endpoint_same_host(&b, &a), pairs[_i].same_host);
	ck_assert_int_eq(endpoint_equal(&a, &b), pairs[_i].equal);
	ck_assert_int_eq(endpoint_equal(&b, &a), pairs[_i].equal);
	ck_assert(endpoint_equal(&a, &a));
}
END_TEST

START_TEST(unset)
{
	struct endpoint none = {.port = 5}, host = parsed("host:5");
	struct sockaddr_storage ss;
	char buf[ENDPOINT_TEXT_MAX];

	ck_assert(endpoint_equal(&none, &none));
	ck_assert(!endpoint_same_host(&none, &host));
	ck_assert_uint_eq(endpoint_to_sockaddr(&none, AF_INET, &ss), 0);
	ck_assert_uint_eq(endpoint_to_sockaddr(&none, AF_INET6, &ss), 0);
	endpoint_format(&none, buf);
	ck_assert_str_eq(buf, ":5");
}
END_TEST

START_TEST(longest_text_fits)
{
	struct endpoint ep = {.port = 65535};
	char name[255], buf[ENDPOINT_TEXT_MAX];

	memset(name, 0xff, sizeof(name));
	ck_assert(endpoint_set_name(&ep, name, sizeof(name)));
	ck_assert_uint_eq(endpoint_format(&ep, buf), 255 * 4 + 6);
	ck_assert_str_eq(buf + 255 * 4 - 4, "\\xff:65535");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("endpoint");
	TCase *tc = tcase_create("endpoint");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_add_loop_test(tc, parses_and_formats, 0, ARRAY_SIZE(good));
	tcase_add_loop_test(tc, refuses, 0, ARRAY_SIZE(bad));
	tcase_add_test(tc, parses_hosts);
	tcase_add_test(tc, sets_names);
	tcase_add_test(tc, from_sockaddr_ipv4);
	tcase_add_test(tc, from_sockaddr_ipv6);
	tcase_add_test(tc, from_other_sockaddr);
	tcase_add_loop_test(tc, to_sockaddr, 0, ARRAY_SIZE(forms));
	tcase_add_loop_test(tc, compares, 0, ARRAY_SIZE(pairs));
	tcase_add_test(tc, unset);
	tcase_add_test(tc, longest_text_fits);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
