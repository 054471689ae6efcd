/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "policy/server_url.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A255                                                                   \
	A64 A64 A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
		    "aaaaaaa"
#define P85  "%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41"
#define P255 P85 P85 P85 P85 P85 P85 P85 P85 P85 P85 P85 P85 P85 P85 P85

static const struct {
	const char *value;
	const char *server; /* as endpoint_format() writes it */
	const char *user, *password;
} good[] = {
	{"proxy", "proxy:1080", "", ""},
	{"proxy:1", "proxy:1", "", ""},
	{"proxy.example.org.:65535", "proxy.example.org.:65535", "", ""},
	{"my_proxy-1", "my_proxy-1:1080", "", ""},
	{"10.0.0.1", "10.0.0.1:1080", "", ""},
	{"10.0.0.1:9050", "10.0.0.1:9050", "", ""},
	{"10.0.0.1:00080", "10.0.0.1:80", "", ""},
	{"[::1]:9050", "[::1]:9050", "", ""},
	{"[2001:db8::1]", "[2001:db8::1]:1080", "", ""},
	{"2001:db8::1", "[2001:db8::1]:1080", "", ""},
	{"::ffff:10.0.0.1", "10.0.0.1:1080", "", ""},
	{"socks5://proxy", "proxy:1080", "", ""},
	{"SOCKS5://proxy:99", "proxy:99", "", ""},
	{"socks5h://proxy:99/", "proxy:99", "", ""},
	{"socks5://[::1]:9050/", "[::1]:9050", "", ""},
	{"socks5://pro%78y", "proxy:1080", "", ""},
	{"socks5://@proxy", "proxy:1080", "", ""},
	{"socks5://alice@proxy", "proxy:1080", "alice", ""},
	{"socks5://alice:s3@proxy", "proxy:1080", "alice", "s3"},
	{"socks5://a:p@ss@proxy:9", "proxy:9", "a", "p@ss"},
	{"socks5://a:p:q@proxy:9", "proxy:9", "a", "p:q"},
	{"socks5://a:p/q@proxy:9", "proxy:9", "a", "p/q"},
	{"socks5://a:p%40%3a%2F%ff@h", "h:1080", "a", "p@:/\xff"},
	{"socks5://d%5Cu:%25@[::1]:5", "[::1]:5", "d\\u", "%"},
	{"socks5://" A255 ":" A255 "@h", "h:1080", A255, A255},
	{"socks5://" P255 ":x@h", "h:1080", NULL, "x"},
};

START_TEST(test_good)
{
	char text[ENDPOINT_TEXT_MAX];
	struct server_url u;
	const char *wrong =
		server_url_parse(&u, good[_i].value, strlen(good[_i].value));

	ck_assert_msg(wrong == NULL, "%s: %s", good[_i].value, wrong);
	endpoint_format(&u.server, text);
	ck_assert_str_eq(text, good[_i].server);
	if (good[_i].user != NULL) {
		ck_assert_uint_eq(u.credentials.username_len,
				  strlen(good[_i].user));
		ck_assert_mem_eq(u.credentials.username, good[_i].user,
				 strlen(good[_i].user));
	} else {
		ck_assert_uint_eq(u.credentials.username_len, 255);
	}
	ck_assert_uint_eq(u.credentials.password_len,
			  strlen(good[_i].password));
	ck_assert_mem_eq(u.credentials.password, good[_i].password,
			 strlen(good[_i].password));
	ck_assert_int_eq(u.has_credentials, u.credentials.username_len > 0);
}
END_TEST

START_TEST(test_zone)
{
	static const char *const forms[] = {"[fe80::1%3]:5", "fe80::1%3",
					    "socks5://[fe80::1%3]",
					    "socks5://[fe80::1%253]:7"};
	struct server_url u;

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		ck_assert_ptr_null(
			server_url_parse(&u, forms[i], strlen(forms[i])));
		ck_assert_uint_eq(u.server.kind, ENDPOINT_IPV6);
		ck_assert_uint_eq(u.server.scope_id, 3);
	}
}
END_TEST

static const struct {
	const char *value;
	const char *wrong; /* part of the complaint */
} bad[] = {
	{"", "host is missing"},
	{":1080", "host is missing"},
	{"socks5://", "host is missing"},
	{"socks5://alice:pw@", "host is missing"},
	{"socks5:///", "host is missing"},
	{"proxy:", "port"},
	{"proxy:0", "port"},
	{"proxy:65536", "port"},
	{"proxy:99999999999", "port"},
	{"proxy:-1", "port"},
	{"proxy:10 ", "port"},
	{"proxy:http", "port"},
	{"proxy:1080/path", "port"},
	{"[::1]:0", "port"},
	{"[::1]1080", "port"},
	{"[::1", "']'"},
	{"[proxy]", "IPv6"},
	{"[10.0.0.1]", "IPv6"},
	{"[]", "IPv6"},
	{"::1::", "IPv6"},
	{"a:b:c", "IPv6"},
	{"[fe80::1%eth0]", "zone"},
	{"[fe80::1%]", "zone"},
	{"[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000::1]",
	 "IPv6"},
	{"socks5://::1", "brackets"},
	{"10.0.0.256", "neither"},
	{"10.0.0.1.", "neither"},
	{"127.1", "neither"},
	{"1080", "neither"},
	{"my proxy", "character"},
	{"proxy/x", "character"},
	{"proxy,other", "character"},
	{"socks5://proxy?x", "character"},
	{"socks5://pro%0ay", "character"},
	{"socks5://pro%2", "hex digits"},
	{"pro%zzxy", "hex digits"},
	{"alice:pw@proxy", "socks5:// form"},
	{"http://proxy:3128", "only SOCKS5"},
	{"socks4://proxy", "only SOCKS5"},
	{"socks://proxy", "only SOCKS5"},
	{"socks5x://proxy", "only SOCKS5"},
	{"averyveryverylongscheme://proxy", "only SOCKS5"},
	{"socks5://:pw@proxy", "user name is empty"},
	{"socks5://:@proxy", "user name is empty"},
	{"socks5://alice:@proxy", "password is empty"},
	{"socks5://al%zzice:pw@proxy", "hex digits"},
	{"socks5://alice:p%4@proxy", "hex digits"},
	{"socks5://alice:pw%@proxy", "hex digits"},
	{"socks5://al%00ice:pw@proxy", "NUL"},
	{"socks5://alice:%00@proxy", "NUL"},
	{"socks5://" A255 "a:pw@proxy", "longer than 255"},
	{"socks5://alice:" A255 "a@proxy", "longer than 255"},
	{A255 "a", "longer than 255"},
};

START_TEST(test_bad)
{
	struct server_url u;
	const char *wrong =
		server_url_parse(&u, bad[_i].value, strlen(bad[_i].value));

	ck_assert_msg(wrong != NULL, "%s: accepted", bad[_i].value);
	ck_assert_msg(strstr(wrong, bad[_i].wrong) != NULL, "%s: %s",
		      bad[_i].value, wrong);
}
END_TEST

static const struct {
	const char *value, *quoted;
} quotes[] = {
	{"proxy:1080", "\"proxy:1080\""},
	{"socks5://alice@h", "\"socks5://alice@h\""},
	{"socks5://alice:@h", "\"socks5://alice:@h\""},
	{"socks5://alice:s@h", "\"socks5://alice:***@h\""},
	{"http://alice:s@e:c@h:9", "\"http://alice:***@h:9\""},
	{"alice:s@h", "\"alice:***@h\""},
	{"alice:x://y@h", "\"alice:***@h\""},
	{"a\nb", "\"a\\x0ab\""},
};

START_TEST(test_quote)
{
	char buf[64];
	struct text t;

	text_init(&t, buf, sizeof(buf));
	server_url_quote(&t, quotes[_i].value, strlen(quotes[_i].value));
	ck_assert_str_eq(buf, quotes[_i].quoted);
}
END_TEST

START_TEST(test_userinfo)
{
	size_t begin, password, end;

	ck_assert(!server_url_userinfo("socks5://h", 10, &begin, &password,
				       &end));
	ck_assert(server_url_userinfo("socks5://a:b@c@h", 16, &begin, &password,
				      &end));
	ck_assert_uint_eq(begin, 9);
	ck_assert_uint_eq(password, 11);
	ck_assert_uint_eq(end, 15);
	ck_assert(server_url_userinfo("a@h", 3, &begin, &password, &end));
	ck_assert_uint_eq(begin, 0);
	ck_assert_uint_eq(password, 1);
	ck_assert_uint_eq(end, 2);
}
END_TEST

START_TEST(test_is_socks5)
{
	ck_assert(server_url_is_socks5("socks5://h", 10));
	ck_assert(server_url_is_socks5("SOCKS5h://h", 11));
	ck_assert(!server_url_is_socks5("socks4://h", 10));
	ck_assert(!server_url_is_socks5("socks5:h", 8));
	ck_assert(!server_url_is_socks5("socks5", 6));
	ck_assert(!server_url_is_socks5("", 0));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("server_url");
	TCase *t = tcase_create("all");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_loop_test(t, test_good, 0, ARRAY_SIZE(good));
	tcase_add_test(t, test_zone);
	tcase_add_loop_test(t, test_bad, 0, ARRAY_SIZE(bad));
	tcase_add_loop_test(t, test_quote, 0, ARRAY_SIZE(quotes));
	tcase_add_test(t, test_userinfo);
	tcase_add_test(t, test_is_socks5);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
