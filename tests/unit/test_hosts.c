/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "policy/hosts.h"

static const char hosts[] = "# a comment\n"
			    "127.0.0.1\tlocalhost\n"
			    "127.0.1.1 Box.example.org box\t# not.this\r\n"
			    "\n"
			    "   \t \r\n"
			    "::1     localhost ip6-localhost\n"
			    "  10.0.0.1 two\n"
			    "10.0.0.2 first.two two trailing\n"
			    "2001:db8::2 six two\r\n"
			    "fe80::1%eth0 scoped\n"
			    "fe80::2%7 numbered\n"
			    "::ffff:10.0.0.9 mapped\n"
			    "10.0.0.3\n"
			    "10.0.0.3 # none\n"
			    "10.0.0.3 # none\n"
			    "10.0.0.3 late\n"
			    "300.0.0.1 bad\n"
			    "nonsense bad\n"
			    "127.1 bad\n"
			    "10.0.0.4%1 bad\n"
			    "bad%1 bad\n"
			    "#10.0.0.5 commented\n"
			    "10.0.0.6#glued commented\n"
			    "10.0.0.7 dotted.\n"
			    "10.0.0.8 last";

/* One line of space-separated addresses. */
static void format(const struct endpoint *ep, size_t n, char *buf, size_t cap)
{
	size_t len = 0;

	*buf = 0;
	for (size_t i = 0; i < n; i++) {
		char text[ENDPOINT_TEXT_MAX];

		endpoint_format(&ep[i], text);
		len += (size_t)snprintf(buf + len, cap - len, "%s%s",
					i ? " " : "", text);
	}
}

static const struct {
	const char *name;
	int family;
	const char *addresses, *canonical;
} by_name[] = {
	{"localhost", AF_UNSPEC, "127.0.0.1:0 [::1]:0", "localhost"},
	{"localhost", AF_INET, "127.0.0.1:0", "localhost"},
	{"LocalHost.", AF_INET6, "[::1]:0", "localhost"},
	{"ip6-localhost", AF_UNSPEC, "[::1]:0", "localhost"},
	{"ip6-localhost", AF_INET, "", NULL},
	{"box", AF_UNSPEC, "127.0.1.1:0", "Box.example.org"},
	{"BOX.EXAMPLE.ORG", AF_UNSPEC, "127.0.1.1:0", "Box.example.org"},
	{"not.this", AF_UNSPEC, "", NULL},
	{"two", AF_UNSPEC, "10.0.0.1:0 10.0.0.2:0 [2001:db8::2]:0", "two"},
	{"two", AF_INET, "10.0.0.1:0 10.0.0.2:0", "two"},
	{"two", AF_INET6, "[2001:db8::2]:0", "six"},
	{"trailing", AF_UNSPEC, "10.0.0.2:0", "first.two"},
	{"tw", AF_UNSPEC, "", NULL},
	{"twoo", AF_UNSPEC, "", NULL},
	{"scoped", AF_UNSPEC, "[fe80::1]:0", "scoped"},
	{"numbered", AF_UNSPEC, "[fe80::2%7]:0", "numbered"},
	{"mapped", AF_INET, "10.0.0.9:0", "mapped"},
	{"none", AF_UNSPEC, "", NULL},
	{"bad", AF_UNSPEC, "", NULL},
	{"commented", AF_UNSPEC, "", NULL},
	{"glued", AF_UNSPEC, "", NULL},
	{"dotted", AF_UNSPEC, "10.0.0.7:0", "dotted."},
	{"last", AF_UNSPEC, "10.0.0.8:0", "last"},
	{"10.0.0.8", AF_UNSPEC, "", NULL},
	{"", AF_UNSPEC, "", NULL},
	{".", AF_UNSPEC, "", NULL},
};

START_TEST(test_by_name)
{
	for (size_t i = 0; i < ARRAY_SIZE(by_name); i++) {
		struct endpoint ep[8], canonical = {.port = 7};
		char buf[256];
		size_t n =
			hosts_by_name(hosts, sizeof(hosts) - 1, by_name[i].name,
				      by_name[i].family, ep, 8, &canonical);

		format(ep, n, buf, sizeof(buf));
		ck_assert_msg(!strcmp(buf, by_name[i].addresses), "%s: %s",
			      by_name[i].name, buf);
		if (by_name[i].canonical) {
			ck_assert_int_eq(canonical.kind, ENDPOINT_NAME);
			ck_assert_str_eq(canonical.name, by_name[i].canonical);
		} else {
			ck_assert_int_eq(canonical.kind, ENDPOINT_NONE);
		}
		ck_assert_uint_eq(n, hosts_by_name(hosts, sizeof(hosts) - 1,
						   by_name[i].name,
						   by_name[i].family, ep, 8,
						   NULL));
	}
}
END_TEST

START_TEST(test_by_name_max)
{
	struct endpoint ep[3] = {[1].kind = 99, [2].kind = 99};

	ck_assert_uint_eq(hosts_by_name(hosts, sizeof(hosts) - 1, "two",
					AF_UNSPEC, ep, 1, NULL),
			  1);
	ck_assert_int_eq(ep[1].kind, 99);
	ck_assert_uint_eq(hosts_by_name(hosts, sizeof(hosts) - 1, "two",
					AF_UNSPEC, ep, 0, NULL),
			  0);
	ck_assert_uint_eq(hosts_by_name("", 0, "two", AF_UNSPEC, ep, 3, NULL),
			  0);
}
END_TEST

static const struct {
	const char *address, *name;
} by_address[] = {
	{"127.0.0.1", "localhost"},
	{"127.0.1.1", "Box.example.org"},
	{"::1", "localhost"},
	{"10.0.0.2", "first.two"},
	{"2001:db8::2", "six"},
	{"fe80::1", "scoped"},
	{"fe80::2", "numbered"},
	{"fe80::1%3", "scoped"},
	{"::ffff:10.0.0.2", "first.two"},
	{"10.0.0.9", "mapped"},
	{"10.0.0.3", "late"},
	{"10.0.0.8", "last"},
	{"10.0.0.5", NULL},
	{"10.0.0.6", NULL},
	{"10.0.0.99", NULL},
	{"two", NULL},
};

START_TEST(test_by_address)
{
	for (size_t i = 0; i < ARRAY_SIZE(by_address); i++) {
		struct endpoint ep = {.port = 9}, name = {0};
		bool found;

		endpoint_parse_host(&ep, by_address[i].address,
				    strlen(by_address[i].address));
		found = hosts_by_address(hosts, sizeof(hosts) - 1, &ep, &name);
		ck_assert_msg(found == !!by_address[i].name, "%s",
			      by_address[i].address);
		if (found)
			ck_assert_str_eq(name.name, by_address[i].name);
	}
}
END_TEST

START_TEST(test_long_lines)
{
	size_t cap = 4 << 20, len = 0;
	char *text = malloc(cap);
	char label[301];
	struct endpoint ep[4], name = {0};

	memset(label, 'x', 300);
	label[300] = 0;
	len += (size_t)snprintf(text, cap, "10.0.0.1 %s", label);
	while (len < cap - 400)
		len += (size_t)snprintf(text + len, cap - len, "\ta%zu", len);
	len += (size_t)snprintf(text + len, cap - len, " far\n10.0.0.2 far");
	/* Exactly so long: nothing behind it may be read. */
	text = realloc(text, len);
	ck_assert_uint_eq(
		hosts_by_name(text, len, "far", AF_UNSPEC, ep, 4, &name), 2);
	/* The line's first name is none: what was asked for stands in. */
	ck_assert_str_eq(name.name, "far");
	ck_assert(!hosts_by_address(text, len, &ep[0], &name));
	ck_assert(hosts_by_address(text, len, &ep[1], &name));
	free(text);
}
END_TEST

static const struct {
	const char *text, *servers;
} resolv[] = {
	{"", ""},
	{"nameserver 192.0.2.1\n", "192.0.2.1:53"},
	{"nameserver\t192.0.2.1", "192.0.2.1:53"},
	{"nameserver 192.0.2.1\r\nnameserver 2001:db8::1\r\n",
	 "192.0.2.1:53 [2001:db8::1]:53"},
	{"nameserver fe80::1%eth0\nnameserver fe80::2%3\n",
	 "[fe80::1]:53 [fe80::2%3]:53"},
	{"nameserver 192.0.2.1 junk\nnameserver 192.0.2.2;x\n"
	 "nameserver 192.0.2.3#x\n",
	 "192.0.2.1:53 192.0.2.2:53 192.0.2.3:53"},
	{"nameserver 192.0.2.1\nnameserver 192.0.2.2\n"
	 "nameserver 192.0.2.3\nnameserver 192.0.2.4\n",
	 "192.0.2.1:53 192.0.2.2:53 192.0.2.3:53"},
	{"search a.org\nnameserver bad\nnameserver\nnameserver \n"
	 "options x\nnameserver 192.0.2.4",
	 "192.0.2.4:53"},
	{"#nameserver 192.0.2.1\n;nameserver 192.0.2.1\n"
	 " nameserver 192.0.2.1\nnameserver192.0.2.1\n"
	 "nameservers 192.0.2.1\nNAMESERVER 192.0.2.1\n",
	 ""},
	{"nameserver 192.0.2.300\nnameserver 1.2.3\n", ""},
};

START_TEST(test_resolv)
{
	for (size_t i = 0; i < ARRAY_SIZE(resolv); i++) {
		struct endpoint ep[RESOLV_SERVERS_MAX];
		char buf[256];
		size_t n = resolv_servers(resolv[i].text,
					  strlen(resolv[i].text), ep);

		format(ep, n, buf, sizeof(buf));
		ck_assert_msg(!strcmp(buf, resolv[i].servers), "%s: %s",
			      resolv[i].text, buf);
	}
}
END_TEST

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define L61 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *name;
	bool localhost, impossible;
} names[] = {
	{"localhost", true, false},
	{"LOCALHOST", true, false},
	{"localhost.", true, false},
	{"a.localhost", true, false},
	{"a.b.LocalHost.", true, false},
	{"alocalhost", false, false},
	{"localhost.a", false, false},
	{"localhost..", false, true},
	{".localhost", false, true},
	{"", false, true},
	{".", false, true},
	{"..", false, true},
	{".a", false, true},
	{"a..b", false, true},
	{"a.", false, false},
	{"a..", false, true},
	{"invalid", false, true},
	{"INVALID.", false, true},
	{"a.Invalid", false, true},
	{"a.invalid.", false, true},
	{"ainvalid", false, false},
	{"invalid.a", false, false},
	{L63, false, false},
	{"b.a" L63, false, true},
	{"a" L63, false, true},
	{"a" L63 ".b", false, true},
	{L63 "." L63 "." L63 "." L61, false, false},
	{L63 "." L63 "." L63 "." L61 ".", false, false},
	{L63 "." L63 "." L63 "." L61 "a", false, true},
	{"x y_z\x01\xff", false, false},
};

START_TEST(test_names)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t len = strlen(names[i].name);

		ck_assert_msg(host_is_localhost(names[i].name, len) ==
				      names[i].localhost,
			      "%s", names[i].name);
		ck_assert_msg(host_is_impossible(names[i].name, len) ==
				      names[i].impossible,
			      "%s", names[i].name);
	}
}
END_TEST

START_TEST(test_hostnames)
{
	static const struct {
		const char *name;
		bool good;
	} odd[] = {
		{"", true},	      {"a-b_c.D9.", true}, {"b\xc3\xbc.example", true},
		{"1+.1.1.1", false},  {"0.1.1.~1", false}, {"::1q", false},
		{"a b", false},	      {"a/b", false},	   {"a@b", false},
		{"a[b", false},	      {"a`b", false},	   {"a{b", false},
		{"a\x7f", false},     {"\n", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		ck_assert_msg(host_is_hostname(odd[i].name,
					       strlen(odd[i].name)) ==
				      odd[i].good,
			      "%s", odd[i].name);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("hosts");
	TCase *tc = tcase_create("hosts");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, test_by_name);
	tcase_add_test(tc, test_by_name_max);
	tcase_add_test(tc, test_by_address);
	tcase_add_test(tc, test_long_lines);
	tcase_add_test(tc, test_resolv);
	tcase_add_test(tc, test_names);
	tcase_add_test(tc, test_hostnames);
	tcase_set_timeout(tc, 30);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
