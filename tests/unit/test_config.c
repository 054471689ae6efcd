/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "policy/config.h"
#include "reports.h"

static struct config c;
static struct reports reports;

static void setup(void)
{
	memset(&c, 0xa5, sizeof(c)); /* config_init() trusts nothing */
	memset(&reports, 0, sizeof(reports));
	config_init(&c);
}

static void assert_report(const char *where, const char *part)
{
	ck_assert_uint_eq(reports.count, 1);
	ck_assert_msg(strncmp(reports.text, where, strlen(where)) == 0, "%s",
		      reports.text);
	ck_assert_msg(strstr(reports.text, part) != NULL, "%s lacks %s",
		      reports.text, part);
}

START_TEST(test_defaults)
{
	static const uint8_t net[4] = {198, 18, 0, 0};

	ck_assert_uint_eq(c.server.kind, ENDPOINT_NONE);
	ck_assert_uint_eq(c.nservers, 0);
	ck_assert(!c.server_from_all_proxy);
	ck_assert_uint_eq(c.credentials.username_len, 0);
	ck_assert_uint_eq(c.credentials.password_len, 0);
	ck_assert_uint_eq(c.rules.count, 0);
	ck_assert(!c.rules.loopback_proxied);
	ck_assert(!c.udp_blocked);
	ck_assert_uint_eq(c.dns, CONFIG_DNS_AUTO);
	ck_assert_uint_eq(c.dns_server.kind, ENDPOINT_NONE);
	ck_assert_mem_eq(c.fake_ipv4, net, 4);
	ck_assert_uint_eq(c.fake_ipv4_prefix, 15);
	ck_assert_uint_eq(c.fake_ipv6[0], 0xfd); /* RFC 4193, L bit set */
	ck_assert_uint_eq(c.fake_ipv6[15], 0);
	ck_assert_uint_eq(c.negotiate_timeout, 30);
	ck_assert_uint_eq(c.request_timeout, 130);
	ck_assert(!c.fragment);
	ck_assert(!c.pipeline && !c.quiet && !c.verbose);
}
END_TEST

START_TEST(test_server)
{
	c.nservers = 3;
	c.server_from_all_proxy = true;
	ck_assert(config_set_server(&c, "socks5://alice:pw@proxy:99", "-s",
				    reports_add, &reports));
	ck_assert_str_eq(c.server.name, "proxy");
	ck_assert_uint_eq(c.server.port, 99);
	ck_assert_uint_eq(c.nservers, 0);
	ck_assert(!c.server_from_all_proxy);
	ck_assert_uint_eq(c.credentials.username_len, 5);
	ck_assert_uint_eq(c.credentials.password_len, 2);
	/* Without credentials of its own it leaves those there are ... */
	ck_assert(config_set_server(&c, "other", "-s", reports_add, &reports));
	ck_assert_uint_eq(c.server.port, SOCKS_DEFAULT_PORT);
	ck_assert_uint_eq(c.credentials.username_len, 5);
	ck_assert_uint_eq(c.credentials.password_len, 2);
	/* ... and with a user name alone no foreign password remains. */
	ck_assert(config_set_server(&c, "socks5://bob@h", "-s", reports_add,
				    &reports));
	ck_assert_uint_eq(c.credentials.username_len, 3);
	ck_assert_uint_eq(c.credentials.password_len, 0);
	ck_assert_uint_eq(reports.count, 0);
}
END_TEST

static const struct {
	const char *value, *part;
} bad_servers[] = {
	{"proxy:0", "\"proxy:0\": expected host:port"},
	{"proxy:0", "port is not a number"},
	{"http://proxy", "scheme \"http\": only SOCKS5 is spoken"},
	{"socks4://proxy", "scheme \"socks4\": only SOCKS5 is spoken"},
	{"socks5://alice:s3cret@", "socks5://alice:***@"},
	{"", "\"\": expected host:port"},
};

START_TEST(test_bad_server)
{
	const struct endpoint before = c.server;

	ck_assert(!config_set_server(&c, bad_servers[_i].value, "SOCKS_SERVER",
				     reports_add, &reports));
	assert_report("SOCKS_SERVER: ", bad_servers[_i].part);
	ck_assert(strstr(reports.text, "s3cret") == NULL);
	ck_assert_mem_eq(&c.server, &before, sizeof(before));
	ck_assert_uint_eq(c.credentials.username_len, 0);
}
END_TEST

START_TEST(test_credentials)
{
	char long_text[257];

	memset(long_text, 'x', 256);
	long_text[256] = '\0';
	ck_assert(config_set_username(&c, long_text + 1, "U", reports_add,
				      &reports));
	ck_assert_uint_eq(c.credentials.username_len, 255);
	ck_assert(config_set_password(&c, "\xff@:%\n", 5, "P", reports_add,
				      &reports));
	ck_assert_uint_eq(c.credentials.password_len, 5);
	ck_assert_mem_eq(c.credentials.password, "\xff@:%\n", 5);
	ck_assert(config_set_password(&c, long_text, 255, "P", reports_add,
				      &reports));
	ck_assert_uint_eq(c.credentials.password_len, 255);
	ck_assert_uint_eq(reports.count, 0);

	ck_assert(!config_set_username(&c, "", "U", reports_add, &reports));
	ck_assert(!config_set_username(&c, long_text, "U", reports_add,
				       &reports));
	ck_assert(!config_set_password(&c, "", 0, "P", reports_add, &reports));
	ck_assert(!config_set_password(&c, long_text, 256, "P", reports_add,
				       &reports));
	ck_assert(!config_set_password(&c, "s\0x", 3, "P", reports_add,
				       &reports));
	ck_assert_uint_eq(reports.count, 5);
	ck_assert(strstr(reports.text, "xxx") == NULL);
}
END_TEST

START_TEST(test_rules)
{
	ck_assert(config_add_rules(&c, ROUTE_DIRECT, " a.example,\tb.example ,",
				   "--direct", reports_add, &reports));
	ck_assert(config_add_rules(&c, ROUTE_REFUSE, "c.example", "--block",
				   reports_add, &reports));
	ck_assert_uint_eq(c.rules.count, 3);
	ck_assert_str_eq(c.rules.rule[1].name, "b.example");
	ck_assert_uint_eq(c.rules.rule[1].route, ROUTE_DIRECT);
	ck_assert_uint_eq(c.rules.rule[2].route, ROUTE_REFUSE);
	ck_assert_uint_eq(reports.count, 0);
	/* A bad pattern is reported by itself, the rest is read. */
	ck_assert(!config_add_rules(&c, ROUTE_DIRECT, "d.example,x:y,e.example",
				    "--direct", reports_add, &reports));
	assert_report("--direct: ", "\"x:y\": ");
	ck_assert_uint_eq(c.rules.count, 5);
	ck_assert(!config_add_rules(&c, ROUTE_DIRECT, " , ", "--direct",
				    reports_add, &reports));
	ck_assert_uint_eq(reports.count, 2);
}
END_TEST

START_TEST(test_too_many_rules)
{
	for (int i = 0; i < RULES_MAX; i++)
		ck_assert(config_add_rules(&c, ROUTE_DIRECT, "a", "F",
					   reports_add, &reports));
	ck_assert(!config_add_rules(&c, ROUTE_DIRECT, "a", "F", reports_add,
				    &reports));
	assert_report("F: ", "more than 512");
	ck_assert_uint_eq(c.rules.count, RULES_MAX);
}
END_TEST

static const struct {
	const char *key, *value;
	bool good;
} settings[] = {
	{"loopback", "direct", true},
	{"loopback", "proxy", true},
	{"loopback", "on", false},
	{"udp", "proxy", true},
	{"udp", "block", true},
	{"udp", "direct", false},
	{"dns", "auto", true},
	{"dns", "fake", true},
	{"dns", "9.9.9.9", true},
	{"dns", "[2620:fe::fe]:5353", true},
	{"dns", "dns.example", false},
	{"dns", "", false},
	{"fake-ipv4", "10.64.0.0/15", true},
	{"fake-ipv4", "10.1.2.0/24", true},
	{"fake-ipv4", "10.64.0.0/14", false},
	{"fake-ipv4", "10.1.2.0/25", false},
	{"fake-ipv4", "10.1.2.3/24", false},
	{"fake-ipv4", "10.1.2.0", false},
	{"fake-ipv4", "10.1.2.0/", false},
	{"fake-ipv4", "/24", false},
	{"fake-ipv4", "127.0.0.0/24", false},
	{"fake-ipv4", "0.1.0.0/16", false},
	{"fake-ipv4", "224.0.0.0/16", false},
	{"fake-ipv4", "10.1.2.0/24x", false},
	{"fake-ipv6", "fd00:1:2:3::/64", true},
	{"fake-ipv6", "fd00:1:2:3::/63", false},
	{"fake-ipv6", "fd00:1:2:3::1/64", false},
	{"fake-ipv6", "::/64", false},
	{"fake-ipv6", "ff00::/64", false},
	{"fake-ipv6", "10.0.0.0/64", false},
	{"negotiate-timeout", "1", true},
	{"negotiate-timeout", "65535", true},
	{"negotiate-timeout", "0", false},
	{"negotiate-timeout", "65536", false},
	{"negotiate-timeout", "5s", false},
	{"request-timeout", "130", true},
	{"request-timeout", "-1", false},
	{"fragment", "on", true},
	{"fragment", "off", true},
	{"fragment", "1", false},
	{"pipeline", "on", true},
	{"pipeline", "off", true},
	{"pipeline", "yes", false},
};

START_TEST(test_setting)
{
	int n = config_setting(settings[_i].key);

	ck_assert_int_ge(n, 0);
	ck_assert_int_eq(config_set(&c, n, settings[_i].value, "W", reports_add,
				    &reports),
			 settings[_i].good);
	if (settings[_i].good)
		ck_assert_uint_eq(reports.count, 0);
	else
		assert_report("W: ", "expected ");
}
END_TEST

static void set(const char *key, const char *value)
{
	ck_assert(config_set(&c, config_setting(key), value, "W", reports_add,
			     &reports));
}

START_TEST(test_setting_effects)
{
	set("loopback", "proxy");
	ck_assert(c.rules.loopback_proxied);
	set("udp", "block");
	ck_assert(c.udp_blocked);
	set("udp", "proxy");
	ck_assert(!c.udp_blocked);
	set("loopback", "direct");
	ck_assert(!c.rules.loopback_proxied);
	set("dns", "9.9.9.9");
	ck_assert_uint_eq(c.dns, CONFIG_DNS_ADDR);
	ck_assert_uint_eq(c.dns_server.port, 53);
	ck_assert_uint_eq(c.dns_server.ipv4[0], 9);
	set("dns", "fake");
	ck_assert_uint_eq(c.dns, CONFIG_DNS_FAKE);
	set("dns", "auto");
	ck_assert_uint_eq(c.dns, CONFIG_DNS_AUTO);
	set("fake-ipv4", "10.1.2.0/24");
	ck_assert_mem_eq(c.fake_ipv4, "\x0a\x01\x02", 4);
	ck_assert_uint_eq(c.fake_ipv4_prefix, 24);
	set("fake-ipv6", "fd00:1:2:3::/64");
	ck_assert_mem_eq(c.fake_ipv6, "\xfd\x00\x00\x01\x00\x02\x00\x03", 8);
	set("negotiate-timeout", "7");
	set("request-timeout", "65535");
	ck_assert_uint_eq(c.negotiate_timeout, 7);
	ck_assert_uint_eq(c.request_timeout, 65535);
	set("fragment", "on");
	ck_assert(c.fragment);
	set("fragment", "off");
	ck_assert(!c.fragment);
	set("pipeline", "on");
	ck_assert(c.pipeline);
	set("pipeline", "off");
	ck_assert(!c.pipeline);
	ck_assert_int_eq(config_setting("server"), -1);
	ck_assert_int_eq(config_setting(""), -1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("config");
	TCase *t = tcase_create("all");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, test_defaults);
	tcase_add_test(t, test_server);
	tcase_add_loop_test(t, test_bad_server, 0, ARRAY_SIZE(bad_servers));
	tcase_add_test(t, test_credentials);
	tcase_add_test(t, test_rules);
	tcase_add_test(t, test_too_many_rules);
	tcase_add_loop_test(t, test_setting, 0, ARRAY_SIZE(settings));
	tcase_add_test(t, test_setting_effects);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
