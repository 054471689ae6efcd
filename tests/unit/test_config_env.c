/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "policy/config_env.h"
#include "reports.h"

static struct config c;
static struct reports reports;
static const char *const *env; /* name, value, name, value, NULL */

static const char *fake_getenv(const char *name)
{
	for (const char *const *p = env; p != NULL && *p != NULL; p += 2)
		if (strcmp(p[0], name) == 0)
			return p[1];
	return NULL;
}

static void setup(void)
{
	memset(&reports, 0, sizeof(reports));
	config_init(&c);
	env = NULL;
}

static const struct {
	const char *env[9];
	int result;
	const char *host; /* or part of the report */
	bool from_all_proxy;
} servers[] = {
	{{NULL}, 0, "", false},
	{{"SOCKS_SERVER", ""}, 0, "", false},
	{{"SOCKS_SERVER", "a", "SOCKS5_SERVER", "b"}, 1, "a", false},
	{{"SOCKS_SERVER", "", "SOCKS5_SERVER", "b"}, 1, "b", false},
	{{"SOCKS5_SERVER", "b", "SOCKSIFY_SERVER", "e"}, 1, "b", false},
	{{"SOCKSIFY_SERVER", "e", "ALL_PROXY", "socks5://c"}, 1, "e", false},
	{{"ALL_PROXY", "socks5://c", "SOCKS5_SERVER", "b"}, 1, "b", false},
	{{"ALL_PROXY", "socks5://c", "all_proxy", "socks5://d"}, 1, "c", true},
	{{"ALL_PROXY", "http://c", "all_proxy", "socks5h://d"}, 1, "d", true},
	{{"ALL_PROXY", "", "all_proxy", "socks5://d"}, 1, "d", true},
	{{"ALL_PROXY", "c:1080"}, 0, "", false},
	{{"ALL_PROXY", "socks4://c"}, 0, "", false},
	{{"http_proxy", "socks5://c"}, 0, "", false},
	{{"SOCKS_SERVER", "a:0"}, -1, "SOCKS_SERVER: \"a:0\"", false},
	{{"SOCKS5_SERVER", "a:0"}, -1, "SOCKS5_SERVER: ", false},
	{{"ALL_PROXY", "socks5://a:0"}, -1, "ALL_PROXY: ", false},
	{{"all_proxy", "socks5://a:0"}, -1, "all_proxy: ", false},
};

START_TEST(test_server)
{
	env = servers[_i].env;
	ck_assert_int_eq(
		config_env_server(&c, fake_getenv, reports_add, &reports),
		servers[_i].result);
	ck_assert_int_eq(c.server_from_all_proxy, servers[_i].from_all_proxy);
	if (servers[_i].result > 0)
		ck_assert_str_eq(c.server.name, servers[_i].host);
	else
		ck_assert(strncmp(reports.text, servers[_i].host,
				  strlen(servers[_i].host)) == 0);
	ck_assert_uint_eq(reports.count, servers[_i].result < 0);
}
END_TEST

static const struct {
	const char *url; /* the server's */
	bool all_proxy;
	const char *env[9];
	bool good;
	const char *user, *password;
} credentials[] = {
	{"h", false, {NULL}, true, "", ""},
	{"h", false, {"SOCKS_USERNAME", "u"}, true, "u", ""},
	{"h",
	 false,
	 {"SOCKS_USERNAME", "u%41", "SOCKS_PASSWORD", "p%41@ "},
	 true,
	 "u%41",
	 "p%41@ "},
	{"h",
	 false,
	 {"SOCKS_USER", "v", "SOCKS5_USER", "w", "SOCKS_PASSWD", "q",
	  "SOCKS5_PASSWD", "r"},
	 true,
	 "v",
	 "q"},
	{"h",
	 false,
	 {"SOCKS_USER", "", "SOCKS5_USER", "w", "SOCKS_PASSWD", "",
	  "SOCKS5_PASSWD", "r"},
	 true,
	 "w",
	 "r"},
	{"h",
	 false,
	 {"SOCKS_USERNAME", "u", "SOCKS_USER", "v", "SOCKS_PASSWORD", "p",
	  "SOCKS_PASSWD", "q"},
	 true,
	 "u",
	 "p"},
	{"socks5://a:b@h",
	 false,
	 {"SOCKS_USERNAME", "u", "SOCKS_PASSWORD", "p"},
	 true,
	 "a",
	 "b"},
	{"socks5://a@h",
	 false,
	 {"SOCKS_USERNAME", "u", "SOCKS_PASSWORD", "p"},
	 true,
	 "a",
	 "p"},
	{"socks5://h",
	 true,
	 {"SOCKS_USERNAME", "u", "SOCKS_PASSWORD", "p"},
	 true,
	 "",
	 ""},
	{"h", false, {"SOCKS_PASSWORD", "p"}, false, "", ""},
};

START_TEST(test_credentials)
{
	ck_assert(config_set_server(&c, credentials[_i].url, "S", reports_add,
				    &reports));
	c.server_from_all_proxy = credentials[_i].all_proxy;
	env = credentials[_i].env;
	ck_assert_int_eq(
		config_env_credentials(&c, fake_getenv, reports_add, &reports),
		credentials[_i].good);
	ck_assert_uint_eq(reports.count, !credentials[_i].good);
	ck_assert_uint_eq(c.credentials.username_len,
			  strlen(credentials[_i].user));
	ck_assert_mem_eq(c.credentials.username, credentials[_i].user,
			 strlen(credentials[_i].user));
	ck_assert_uint_eq(c.credentials.password_len,
			  strlen(credentials[_i].password));
	ck_assert_mem_eq(c.credentials.password, credentials[_i].password,
			 strlen(credentials[_i].password));
}
END_TEST

START_TEST(test_long_credentials)
{
	static char long_text[257];
	static const char *const user[] = {"SOCKS_USERNAME", long_text, NULL};
	static const char *const both[] = {"SOCKS_USERNAME", "u",
					   "SOCKS_PASSWD", long_text, NULL};

	memset(long_text, 'x', 256);
	env = user;
	ck_assert(!config_env_credentials(&c, fake_getenv, reports_add,
					  &reports));
	env = both;
	ck_assert(!config_env_credentials(&c, fake_getenv, reports_add,
					  &reports));
	ck_assert_uint_eq(reports.count, 2);
	ck_assert(strstr(reports.text, "SOCKS_USERNAME: expected") != NULL);
	ck_assert(strstr(reports.text, "SOCKS_PASSWD: expected") != NULL);
	ck_assert(strstr(reports.text, "xxx") == NULL);
}
END_TEST

START_TEST(test_rules)
{
	static const char *const all[] = {
		"SOCKS_DIRECT", "a b", "SOCKS_BLOCK", "c",
		"NO_PROXY",	"d",   NULL};

	env = all;
	ck_assert(config_env_rules(&c, fake_getenv, reports_add, &reports));
	ck_assert_uint_eq(c.rules.count, 3);
	ck_assert_uint_eq(c.rules.rule[0].route, ROUTE_REFUSE);
	ck_assert_str_eq(c.rules.rule[0].name, "c");
	ck_assert_uint_eq(c.rules.rule[1].route, ROUTE_DIRECT);
	ck_assert_str_eq(c.rules.rule[2].name, "b");
	/* NO_PROXY belongs to ALL_PROXY. */
	c.rules.count = 0;
	c.server_from_all_proxy = true;
	ck_assert(config_env_rules(&c, fake_getenv, reports_add, &reports));
	ck_assert_uint_eq(c.rules.count, 4);
	ck_assert_str_eq(c.rules.rule[3].name, "d");
	ck_assert_uint_eq(c.rules.rule[3].match, RULE_DOMAIN);
	ck_assert_uint_eq(reports.count, 0);
}
END_TEST

START_TEST(test_bad_rules)
{
	static const char *const bad[] = {
		"SOCKS_DIRECT", "a:b",	"SOCKS_BLOCK", "c:d", "no_proxy", "*",
		"NO_PROXY",	"fine", NULL};

	env = bad;
	c.server_from_all_proxy = true;
	ck_assert(!config_env_rules(&c, fake_getenv, reports_add, &reports));
	ck_assert_uint_eq(reports.count, 3);
	ck_assert(strstr(reports.text, "SOCKS_DIRECT: \"a:b\"") != NULL);
	ck_assert(strstr(reports.text, "SOCKS_BLOCK: \"c:d\"") != NULL);
	ck_assert(strstr(reports.text, "no_proxy: ") != NULL);
}
END_TEST

static const struct {
	const char *value;
	bool same;
} values[] = {
	{"socks5://proxy:1080", true},
	{"socks5h://proxy", true},
	{"SOCKS5://PROXY:1080/", true},
	{"socks4a://alice:pw@proxy:1080", true},
	{"socks://proxy", true},
	{"socks5://10.0.0.7:1080", true},
	{"socks5://proxy:1081", false},
	{"socks5://proxy2", false},
	{"socks5://10.0.0.8:1080", false},
	{"http://proxy:1080", false},
	{"proxy:1080", false},
	{"socks5://proxy:x", false},
	{"", false},
};

START_TEST(test_names_server)
{
	ck_assert(config_set_server(&c, "proxy", "S", reports_add, &reports));
	ck_assert(endpoint_parse(&c.servers[0], "10.0.0.7", 1080));
	ck_assert(endpoint_parse(&c.servers[1], "10.0.0.8", 1080));
	c.nservers = 1;
	ck_assert_int_eq(config_env_names_server(&c, values[_i].value),
			 values[_i].same);
}
END_TEST

START_TEST(test_is_server)
{
	ck_assert(config_set_server(&c, "proxy", "S", reports_add, &reports));
	ck_assert(endpoint_parse(&c.servers[0], "10.0.0.7", 1080));
	c.nservers = 1;
	ck_assert(config_env_is_server(&c, "proxy"));
	ck_assert(config_env_is_server(&c, "PROXY:1080"));
	ck_assert(config_env_is_server(&c, "socks5h://u:p@proxy"));
	ck_assert(config_env_is_server(&c, "10.0.0.7"));
	ck_assert(!config_env_is_server(&c, "proxy:1081"));
	ck_assert(!config_env_is_server(&c, "10.0.0.8"));
	ck_assert(!config_env_is_server(&c, "socks4://proxy"));
	ck_assert(!config_env_is_server(&c, ""));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("config_env");
	TCase *t = tcase_create("all");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_loop_test(t, test_server, 0, ARRAY_SIZE(servers));
	tcase_add_loop_test(t, test_credentials, 0, ARRAY_SIZE(credentials));
	tcase_add_test(t, test_long_credentials);
	tcase_add_test(t, test_rules);
	tcase_add_test(t, test_bad_rules);
	tcase_add_loop_test(t, test_names_server, 0, ARRAY_SIZE(values));
	tcase_add_test(t, test_is_server);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
