/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "policy/config_file.h"
#include "reports.h"

static struct config_file f;
static struct reports reports;

static void setup(void)
{
	memset(&f, 0xa5, sizeof(f));
	memset(&reports, 0, sizeof(reports));
}

static unsigned parse(const char *text)
{
	unsigned n = config_file_parse(&f, text, strlen(text), "F", reports_add,
				       &reports);

	ck_assert_uint_eq(n, reports.count);
	return n;
}

START_TEST(test_everything)
{
	static const char text[] =
		"\xef\xbb\xbf# the office\r\n"
		"\n"
		"server = socks5://proxy.example:99  # ours\r\n"
		"username=al#ice # x\n"
		"\tpassword-file = /etc/pass word\n"
		"loopback =proxy\n"
		"dns = 9.9.9.9\n"
		"fake-ipv4 = 10.64.0.0/15\n"
		"fake-ipv6 = fd00:1:2:3::/64\n"
		"negotiate-timeout = 7\n"
		"request-timeout = 8\n"
		"pipeline = on\n"
		"fragment = on\n"
		"direct intern.example, other.example # two\n"
		"block\tbad.example\n"
		"proxy last.example"; /* no newline at the end */

	ck_assert_msg(parse(text) == 0, "%s", reports.text);
	ck_assert(f.has_server);
	ck_assert_str_eq(f.config.server.name, "proxy.example");
	ck_assert_uint_eq(f.config.server.port, 99);
	ck_assert_uint_eq(f.config.credentials.username_len, 10);
	ck_assert_mem_eq(f.config.credentials.username, "al#ice # x", 10);
	ck_assert_str_eq(f.password_file, "/etc/pass word");
	ck_assert(f.config.rules.loopback_proxied);
	ck_assert_uint_eq(f.config.dns, CONFIG_DNS_ADDR);
	ck_assert_uint_eq(f.config.fake_ipv4[1], 64);
	ck_assert_uint_eq(f.config.fake_ipv6[7], 3);
	ck_assert_uint_eq(f.config.negotiate_timeout, 7);
	ck_assert_uint_eq(f.config.request_timeout, 8);
	ck_assert(f.config.pipeline);
	ck_assert(f.config.fragment);
	ck_assert_uint_eq(f.config.rules.count, 4);
	ck_assert_str_eq(f.config.rules.rule[1].name, "other.example");
	ck_assert_uint_eq(f.config.rules.rule[1].route, ROUTE_DIRECT);
	ck_assert_uint_eq(f.config.rules.rule[2].route, ROUTE_REFUSE);
	ck_assert_uint_eq(f.config.rules.rule[3].route, ROUTE_PROXY);
}
END_TEST

START_TEST(test_empty)
{
	ck_assert_uint_eq(parse(""), 0);
	ck_assert(!f.has_server);
	ck_assert_str_eq(f.password_file, "");
	ck_assert_uint_eq(f.config.rules.count, 0);
	ck_assert_uint_eq(f.config.request_timeout, 130);
	ck_assert_uint_eq(parse("\n\n  \r\n#\n \t# x"), 0);
}
END_TEST

static const struct {
	const char *text;
	const char *report; /* how it begins */
	const char *part;
} bad[] = {
	{"server = proxy:0\n", "F:1: \"proxy:0\": expected host:port", ""},
	{"\n\nserver = http://p\n", "F:3: ", "scheme \"http\""},
	{"server = socks5://a:s3cret@h:0\n", "F:1: \"socks5://a:***@h:0\"",
	 "port"},
	{"server =\n", "F:1: \"server\": expected a value", ""},
	{"server = # none\n", "F:1: ", "expected"},
	{"username =\n", "F:1: \"username\": expected a value", ""},
	{"username = a\r\nusername = b\r\n",
	 "F:2: \"username\": given before, in line 1", ""},
	{"dns = auto\n\ndns = fake\n", "F:3: \"dns\": given before", ""},
	{"password = s3cret\n", "F:1: \"password\": ", "password-file = "},
	{"pasword = s3cret\n", "F:1: \"pasword\": unknown key", "expected"},
	{"s3cret-but-not-second s3cret\n",
	 "F:1: \"s3cret-but-not-second\": ", "expected key = value"},
	{"socks5://alice:s3cret@proxy\n", "F:1: \"socks5://alice:***@proxy\"",
	 "expected key = value"},
	{"loopback = maybe\n", "F:1: \"maybe\": expected direct or proxy", ""},
	{"= x\n", "F:1: \"\": unknown key", ""},
	{"direct\n", "F:1: expected", "CIDR"},
	{"direct # nothing\n", "F:1: expected", "CIDR"},
	{"direct = 10.0.0.0/8\n", "F:1: \"direct\": a rule has no '='", ""},
	{"block a:b\n", "F:1: \"a:b\": ", ""},
	{"username = a\x01z\n", "F:1: a control character", ""},
	{"DIRECT x\n", "F:1: \"DIRECT\": expected key = value", ""},
};

START_TEST(test_bad)
{
	ck_assert_uint_eq(parse(bad[_i].text), 1);
	ck_assert_msg(strncmp(reports.text, bad[_i].report,
			      strlen(bad[_i].report)) == 0,
		      "%s", reports.text);
	ck_assert_msg(strstr(reports.text, bad[_i].part) != NULL, "%s",
		      reports.text);
	ck_assert(strstr(reports.text, "s3cret\"") == NULL);
	ck_assert(strstr(reports.text, ":s3cret") == NULL);
}
END_TEST

START_TEST(test_all_faults_are_told)
{
	ck_assert_uint_eq(parse("server = p:0\nx\ndns = y\nblock a:b,c:d\n"
				"direct fine.example\n"),
			  5);
	ck_assert(strstr(reports.text, "F:1: ") != NULL);
	ck_assert(strstr(reports.text, "F:2: ") != NULL);
	ck_assert(strstr(reports.text, "F:3: ") != NULL);
	ck_assert(strstr(reports.text, "F:4: \"a:b\"") != NULL);
	ck_assert(strstr(reports.text, "F:4: \"c:d\"") != NULL);
	ck_assert(!f.has_server);
	ck_assert_uint_eq(f.config.rules.count, 1);
}
END_TEST

/* Values, keys and lines beyond every buffer; NUL in the middle. */
START_TEST(test_sizes)
{
	static char text[20000];
	static const char *const heads[] = {"server = ",	"username = ",
					    "password-file = ", "block ",
					    "dns = ",		""};

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		memset(text, 'a', sizeof(text) - 1);
		memcpy(text, heads[i], strlen(heads[i]));
		setup();
		ck_assert_uint_eq(parse(text), 1);
		memset(text + 300, '=', 1);
		setup();
		ck_assert_uint_eq(parse(text), 1);
	}
	setup();
	ck_assert_uint_eq(config_file_parse(&f, "username = a\0b\n", 15, "F",
					    reports_add, &reports),
			  1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("config_file");
	TCase *t = tcase_create("all");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, test_everything);
	tcase_add_test(t, test_empty);
	tcase_add_loop_test(t, test_bad, 0, ARRAY_SIZE(bad));
	tcase_add_test(t, test_all_faults_are_told);
	tcase_add_test(t, test_sizes);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
