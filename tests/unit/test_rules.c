/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "policy/rules.h"

/* A destination: "1.2.3.4:80", "[::1]:80", "name:80". */
static struct endpoint dst_of(const char *text)
{
	struct endpoint ep = {0};
	const char *colon = strrchr(text, ':');
	size_t len = (size_t)(colon - text);

	if (*text == '[') {
		text++;
		len -= 2;
	}
	ck_assert_msg(endpoint_parse_host(&ep, text, len), "%s", text);
	ep.port = (uint16_t)atoi(colon + 1);
	return ep;
}

/* Rules from "direct PATTERN", "block PATTERN", "proxy PATTERN", ... */
static void add_rules(struct rules *rules, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, ";");
		const char *space = memchr(text, ' ', len);
		enum route route = *text == 'd'	  ? ROUTE_DIRECT
				   : *text == 'b' ? ROUTE_REFUSE
						  : ROUTE_PROXY;
		const char *wrong =
			rule_parse(&rules->rule[rules->count++], route,
				   space + 1, len - (size_t)(space + 1 - text));

		ck_assert_msg(!wrong, "%s: %s", text, wrong);
		text += len + (text[len] == ';');
	}
}

enum { P = ROUTE_PROXY, D = ROUTE_DIRECT, R = ROUTE_REFUSE };

static const struct {
	const char *rules, *dst;
	int route, error, judge;
} judged[] = {
	/* the defaults */
	{"", "example.com:80", P, 0, JUDGED_DEFAULT},
	{"", "8.8.8.8:53", P, 0, JUDGED_DEFAULT},
	{"", "10.0.0.1:80", P, 0, JUDGED_DEFAULT},
	{"", "[2001:db8::1]:80", P, 0, JUDGED_DEFAULT},
	{"", "localhost:80", P, 0, JUDGED_DEFAULT},
	{"", "127.0.0.1:80", D, 0, JUDGED_LOOPBACK},
	{"", "127.255.255.255:1", D, 0, JUDGED_LOOPBACK},
	{"", "128.0.0.0:1", P, 0, JUDGED_DEFAULT},
	{"", "126.255.255.255:1", P, 0, JUDGED_DEFAULT},
	{"", "[::1]:80", D, 0, JUDGED_LOOPBACK},
	{"", "[::2]:80", P, 0, JUDGED_DEFAULT},
	{"", "[::]:80", D, 0, JUDGED_LOOPBACK},
	{"", "0.0.0.0:80", D, 0, JUDGED_LOOPBACK},
	{"", "0.0.0.1:80", R, ENETUNREACH, JUDGED_UNREACHABLE_KIND},
	{"", "0.255.255.255:80", R, ENETUNREACH, JUDGED_UNREACHABLE_KIND},
	{"", "1.0.0.0:80", P, 0, JUDGED_DEFAULT},
	{"", "[::ffff:127.0.0.1]:80", D, 0, JUDGED_LOOPBACK},
	{"", "[::ffff:224.0.0.1]:80", R, ENETUNREACH, JUDGED_UNREACHABLE_KIND},
	{"", "[::ffff:8.8.8.8]:80", P, 0, JUDGED_DEFAULT},
	{"", "223.255.255.255:1", P, 0, JUDGED_DEFAULT},
	{"", "224.0.0.0:1", R, ENETUNREACH, JUDGED_UNREACHABLE_KIND},
	{"", "239.255.255.255:1", R, ENETUNREACH, JUDGED_UNREACHABLE_KIND},
	{"", "240.0.0.0:1", P, 0, JUDGED_DEFAULT},
	{"", "255.255.255.254:1", P, 0, JUDGED_DEFAULT},
	{"", "255.255.255.255:1", R, ENETUNREACH, JUDGED_UNREACHABLE_KIND},
	{"", "169.253.255.255:1", P, 0, JUDGED_DEFAULT},
	{"", "169.254.0.0:1", R, ENETUNREACH, JUDGED_UNREACHABLE_KIND},
	{"", "169.254.255.255:1", R, ENETUNREACH, JUDGED_UNREACHABLE_KIND},
	{"", "169.255.0.0:1", P, 0, JUDGED_DEFAULT},
	{"", "[fe7f::1]:1", P, 0, JUDGED_DEFAULT},
	{"", "[fe80::1]:1", R, ENETUNREACH, JUDGED_UNREACHABLE_KIND},
	{"", "[fe80::1%2]:1", R, ENETUNREACH, JUDGED_UNREACHABLE_KIND},
	{"", "[febf::1]:1", R, ENETUNREACH, JUDGED_UNREACHABLE_KIND},
	{"", "[fec0::1]:1", P, 0, JUDGED_DEFAULT},
	{"", "[feff::1]:1", P, 0, JUDGED_DEFAULT},
	{"", "[ff02::fb]:5353", R, ENETUNREACH, JUDGED_UNREACHABLE_KIND},
	{"", "[ff00::1]:1", R, ENETUNREACH, JUDGED_UNREACHABLE_KIND},
	{"", "[ff0e::1]:1", R, ENETUNREACH, JUDGED_UNREACHABLE_KIND},
	{"", "[ffff::1]:1", R, ENETUNREACH, JUDGED_UNREACHABLE_KIND},
	{"", "[feff::1]:1", P, 0, JUDGED_DEFAULT},
	/* the proxy itself: address and port, before any rule */
	{"", "192.0.2.1:1080", D, 0, JUDGED_PROXY_ITSELF},
	{"", "[::ffff:192.0.2.1]:1080", D, 0, JUDGED_PROXY_ITSELF},
	{"", "192.0.2.1:1081", P, 0, JUDGED_DEFAULT},
	{"", "192.0.2.2:1080", P, 0, JUDGED_DEFAULT},
	{"", "[2001:db8::5]:1080", D, 0, JUDGED_PROXY_ITSELF},
	{"block *", "192.0.2.1:1080", D, 0, JUDGED_PROXY_ITSELF},
	{"block *", "192.0.2.1:22", R, EACCES, 0},
	/* the first rule that matches */
	{"direct 10.0.0.0/8;block *", "10.255.0.1:1", D, 0, 0},
	{"direct 10.0.0.0/8;block *", "11.0.0.1:1", R, EACCES, 1},
	{"block 10.1.0.0/16;direct 10.0.0.0/8", "10.1.2.3:1", R, EACCES, 0},
	{"block 10.1.0.0/16;direct 10.0.0.0/8", "10.2.2.3:1", D, 0, 1},
	{"proxy 10.1.0.0/16;direct 10.0.0.0/8", "10.1.2.3:1", P, 0, 0},
	/* rules come before loopback and before what is refused */
	{"proxy 127.0.0.0/8", "127.0.0.1:1", P, 0, 0},
	{"block ::1", "[::1]:1", R, EACCES, 0},
	{"direct 224.0.0.0/4", "224.0.0.251:5353", D, 0, 0},
	{"direct fe80::/10", "[fe80::1%3]:1", D, 0, 0},
	{"direct 255.255.255.255", "255.255.255.255:67", D, 0, 0},
	/* networks: every kind of boundary, host bits masked */
	{"direct 10.1.2.3/8", "10.9.9.9:1", D, 0, 0},
	{"direct 192.168.4.0/22", "192.168.7.255:1", D, 0, 0},
	{"direct 192.168.4.0/22", "192.168.8.0:1", P, 0, JUDGED_DEFAULT},
	{"direct 192.168.4.0/22", "192.168.3.255:1", P, 0, JUDGED_DEFAULT},
	{"direct 10.0.0.1", "10.0.0.1:9", D, 0, 0},
	{"direct 10.0.0.1", "10.0.0.0:9", P, 0, JUDGED_DEFAULT},
	{"direct 10.0.0.1/31", "10.0.0.0:9", D, 0, 0},
	{"direct 10.0.0.1/32", "10.0.0.0:9", P, 0, JUDGED_DEFAULT},
	{"direct 0.0.0.0/0", "8.8.8.8:9", D, 0, 0},
	{"direct 0.0.0.0/0", "[2001:db8::1]:9", P, 0, JUDGED_DEFAULT},
	{"direct ::/0", "[2001:db8::1]:9", D, 0, 0},
	{"direct ::/0", "8.8.8.8:9", P, 0, JUDGED_DEFAULT},
	/* around the two words that prefixes are compared by */
	{"direct 2001:db8::/63", "[2001:db8:0:1::1]:9", D, 0, 0},
	{"direct 2001:db8::/63", "[2001:db8:0:2::1]:9", P, 0, JUDGED_DEFAULT},
	{"direct 2001:db8::/64", "[2001:db8::ffff:0:0:1]:9", D, 0, 0},
	{"direct 2001:db8::/64", "[2001:db8:0:1::1]:9", P, 0, JUDGED_DEFAULT},
	{"direct 2001:db8::/65", "[2001:db8::7fff:0:0:1]:9", D, 0, 0},
	{"direct 2001:db8::/65", "[2001:db8::8000:0:0:1]:9", P, 0,
	 JUDGED_DEFAULT},
	{"direct 2001:db8::/127", "[2001:db8::1]:9", D, 0, 0},
	{"direct 2001:db8::/127", "[2001:db8::2]:9", P, 0, JUDGED_DEFAULT},
	{"direct 2001:db8::/128", "[2001:db8::1]:9", P, 0, JUDGED_DEFAULT},
	{"direct 8000::/1", "[8000::1]:9", D, 0, 0},
	{"direct 8000::/1", "[7fff::1]:9", P, 0, JUDGED_DEFAULT},
	{"direct ::/0", "[::ffff:8.8.8.8]:9", P, 0, JUDGED_DEFAULT},
	{"direct ::ffff:0.0.0.0/96", "8.8.8.8:9", D, 0, 0},
	{"direct ::ffff:10.0.0.0/104", "10.8.8.8:9", D, 0, 0},
	{"direct ::ffff:10.0.0.0/104", "11.8.8.8:9", P, 0, JUDGED_DEFAULT},
	{"direct ::ffff:10.0.0.1", "10.0.0.1:9", D, 0, 0},
	{"direct 2001:db8::/33", "[2001:db8:7fff::]:9", D, 0, 0},
	{"direct 2001:db8::/33", "[2001:db8:8000::]:9", P, 0, JUDGED_DEFAULT},
	{"direct [2001:db8::/32]:443", "[2001:db8::1]:443", D, 0, 0},
	{"direct [2001:db8::/32]:443", "[2001:db8::1]:80", P, 0,
	 JUDGED_DEFAULT},
	{"block [::1]", "[::1]:80", R, EACCES, 0},
	/* ports */
	{"block :25", "example.com:25", R, EACCES, 0},
	{"block :25", "127.0.0.1:25", R, EACCES, 0},
	{"block :25", "example.com:26", P, 0, JUDGED_DEFAULT},
	{"block *:443", "8.8.8.8:443", R, EACCES, 0},
	{"block *:443", "8.8.8.8:442", P, 0, JUDGED_DEFAULT},
	{"block :80-90", "8.8.8.8:79", P, 0, JUDGED_DEFAULT},
	{"block :80-90", "8.8.8.8:80", R, EACCES, 0},
	{"block :80-90", "[2001:db8::1]:90", R, EACCES, 0},
	{"block :80-90", "8.8.8.8:91", P, 0, JUDGED_DEFAULT},
	{"block *", "8.8.8.8:0", R, EACCES, 0},
	{"block *", "8.8.8.8:65535", R, EACCES, 0},
	{"direct 10.0.0.0/8:22", "10.0.0.1:22", D, 0, 0},
	{"direct 10.0.0.0/8:22", "10.0.0.1:23", P, 0, JUDGED_DEFAULT},
	/* names: case and one trailing dot do not count */
	{"direct Example.COM", "example.com:1", D, 0, 0},
	{"direct example.com", "EXAMPLE.com.:1", D, 0, 0},
	{"direct example.com.", "example.com:1", D, 0, 0},
	{"direct example.com", "www.example.com:1", P, 0, JUDGED_DEFAULT},
	{"direct example.com", "example.com..:1", P, 0, JUDGED_DEFAULT},
	{"direct .example.com", "www.EXAMPLE.com.:1", D, 0, 0},
	{"direct .example.com", "a.b.example.com:1", D, 0, 0},
	{"direct .example.com", "example.com:1", P, 0, JUDGED_DEFAULT},
	{"direct .example.com", ".example.com:1", P, 0, JUDGED_DEFAULT},
	{"direct .example.com", "notexample.com:1", P, 0, JUDGED_DEFAULT},
	{"direct example.com:443", "example.com:443", D, 0, 0},
	{"direct example.com:443", "example.com:80", P, 0, JUDGED_DEFAULT},
	{"direct .lan:1-1023", "nas.lan:1023", D, 0, 0},
	{"direct .lan:1-1023", "nas.lan:1024", P, 0, JUDGED_DEFAULT},
	{"direct localhost", "localhost:1", D, 0, 0},
	/* by name never to a literal, by network never to a name */
	{"block example.com;direct ::/0;direct 0.0.0.0/0", "x.org:1", P, 0,
	 JUDGED_DEFAULT},
	{"block .example.com;direct example.com", "10.0.0.1:1", P, 0,
	 JUDGED_DEFAULT},
};

START_TEST(test_judge)
{
	struct endpoint servers[] = {dst_of("192.0.2.1:1080"),
				     dst_of("[2001:db8::5]:1080")};

	for (size_t i = 0; i < ARRAY_SIZE(judged); i++) {
		struct rules rules = {0};
		struct endpoint dst = dst_of(judged[i].dst);
		struct verdict v;

		add_rules(&rules, judged[i].rules);
		v = rules_judge(&rules, servers, 2, &dst);
		ck_assert_msg((int)v.route == judged[i].route &&
				      v.error == judged[i].error &&
				      v.judge == judged[i].judge,
			      "\"%s\" %s: route %d errno %d judge %d",
			      judged[i].rules, judged[i].dst, (int)v.route,
			      v.error, v.judge);
	}
}
END_TEST

START_TEST(test_loopback_proxied)
{
	static const char *const texts[] = {"127.0.0.1:1", "0.0.0.0:1",
					    "[::1]:1", "[::]:1"};
	struct rules rules = {.loopback_proxied = true};
	struct endpoint dst;
	struct verdict v;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		dst = dst_of(texts[i]);
		v = rules_judge(&rules, NULL, 0, &dst);
		ck_assert_int_eq(v.route, ROUTE_PROXY);
		ck_assert_int_eq(v.judge, JUDGED_DEFAULT);
	}
	dst = dst_of("0.0.0.1:1");
	v = rules_judge(&rules, NULL, 0, &dst);
	ck_assert_int_eq(v.route, ROUTE_REFUSE);
	/* A proxy on loopback stays reachable. */
	dst = dst_of("127.0.0.1:1080");
	v = rules_judge(&rules, &dst, 1, &dst);
	ck_assert_int_eq(v.route, ROUTE_DIRECT);
	/* What is no destination goes nowhere. */
	dst = (struct endpoint){.port = 80};
	v = rules_judge(&rules, NULL, 0, &dst);
	ck_assert_int_eq(v.route, ROUTE_REFUSE);
}
END_TEST

#define MAPPED "00000000000000000000ffff"
#define ZEROS  "00000000000000000000000000000000"

static const struct {
	const char *text;
	int match, prefix, first, last;
	const char *net, *name;
} parsed[] = {
	{"*", RULE_ANY, 0, 0, 65535, ZEROS, ""},
	{"*:443", RULE_ANY, 0, 443, 443, ZEROS, ""},
	{":80-90", RULE_ANY, 0, 80, 90, ZEROS, ""},
	{":1-65535", RULE_ANY, 0, 1, 65535, ZEROS, ""},
	{":7-7", RULE_ANY, 0, 7, 7, ZEROS, ""},
	{"10.1.2.3", RULE_NET, 128, 0, 65535, MAPPED "0a010203", ""},
	{"10.1.2.3/8", RULE_NET, 104, 0, 65535, MAPPED "0a000000", ""},
	{"10.255.255.255/9", RULE_NET, 105, 0, 65535, MAPPED "0a800000", ""},
	{"10.1.2.3/0", RULE_NET, 96, 0, 65535, MAPPED "00000000", ""},
	{"10.1.2.3/32", RULE_NET, 128, 0, 65535, MAPPED "0a010203", ""},
	{"10.1.2.3:22", RULE_NET, 128, 22, 22, MAPPED "0a010203", ""},
	{"10.0.0.0/8:1-2", RULE_NET, 104, 1, 2, MAPPED "0a000000", ""},
	{"::", RULE_NET, 128, 0, 65535, ZEROS, ""},
	{"::1", RULE_NET, 128, 0, 65535, "00000000000000000000000000000001",
	 ""},
	{"::/0", RULE_NET, 0, 0, 65535, ZEROS, ""},
	{"2001:db8:ffff::1/33", RULE_NET, 33, 0, 65535,
	 "20010db8800000000000000000000000", ""},
	{"[2001:db8::/32]:443", RULE_NET, 32, 443, 443,
	 "20010db8000000000000000000000000", ""},
	{"[::1]:1-1023", RULE_NET, 128, 1, 1023,
	 "00000000000000000000000000000001", ""},
	{"[::1]", RULE_NET, 128, 0, 65535, "00000000000000000000000000000001",
	 ""},
	{"::ffff:10.0.0.1/104", RULE_NET, 104, 0, 65535, MAPPED "0a000000", ""},
	{"Example.COM", RULE_HOST, 0, 0, 65535, ZEROS, "example.com"},
	{"example.com.", RULE_HOST, 0, 0, 65535, ZEROS, "example.com"},
	{"host:8080", RULE_HOST, 0, 8080, 8080, ZEROS, "host"},
	{"_x-1.b\xc3\xbc", RULE_HOST, 0, 0, 65535, ZEROS, "_x-1.b\xc3\xbc"},
	{".Example.com", RULE_SUFFIX, 0, 0, 65535, ZEROS, "example.com"},
	{".lan.:22", RULE_SUFFIX, 0, 22, 22, ZEROS, "lan"},
	{"1e100.net", RULE_HOST, 0, 0, 65535, ZEROS, "1e100.net"},
	{"10.in-addr.arpa", RULE_HOST, 0, 0, 65535, ZEROS, "10.in-addr.arpa"},
};

START_TEST(test_parse)
{
	for (size_t i = 0; i < ARRAY_SIZE(parsed); i++) {
		/* Exactly so long: nothing behind @len may be read. */
		size_t len = strlen(parsed[i].text);
		char *text = malloc(len);
		char hex[33];
		struct rule r;
		const char *wrong;

		memcpy(text, parsed[i].text, len);
		memset(&r, 0xa5, sizeof(r));
		wrong = rule_parse(&r, ROUTE_REFUSE, text, len);
		free(text);
		ck_assert_msg(!wrong, "%s: %s", parsed[i].text, wrong);
		for (int j = 0; j < 16; j++)
			snprintf(hex + 2 * j, 3, "%02x", r.net[j]);
		ck_assert_msg(r.match == parsed[i].match &&
				      r.prefix_len == parsed[i].prefix &&
				      r.port_first == parsed[i].first &&
				      r.port_last == parsed[i].last &&
				      r.route == ROUTE_REFUSE,
			      "%s: match %d /%d :%d-%d", parsed[i].text,
			      r.match, r.prefix_len, r.port_first, r.port_last);
		ck_assert_str_eq(hex, parsed[i].net);
		ck_assert_str_eq(r.name, parsed[i].name);
		ck_assert_uint_eq(r.name_len, strlen(r.name));
	}
}
END_TEST

#define LABEL63 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *text, *complaint; /* a part of it */
} refused[] = {
	{"", "empty"},
	{":", "port"},
	{":0", "1 to 65535"},
	{":65536", "1 to 65535"},
	{":99999999999999999999", "1 to 65535"},
	{":x", "1 to 65535"},
	{":80-", "1 to 65535"},
	{":-80", "1 to 65535"},
	{":80-x", "1 to 65535"},
	{":80-70000", "1 to 65535"},
	{":80-0", "1 to 65535"},
	{":90-80", "range"},
	{": 80", "1 to 65535"},
	{"host:", "1 to 65535"},
	{"10.0.0.0/33", "0 to 32"},
	{"10.0.0.0/", "0 to 32"},
	{"10.0.0.0/-1", "0 to 32"},
	{"10.0.0.0/8x", "0 to 32"},
	{"10.0.0.0/8/8", "0 to 32"},
	{"::/129", "0 to 128"},
	{"::/", "0 to 128"},
	{"[::/129]:80", "0 to 128"},
	{"[::1", "\"]\""},
	{"[::1]80", "follow"},
	{"[::1]/64", "follow"},
	{"[::1]:", "1 to 65535"},
	{"[]:80", "IPv6"},
	{"[host]:80", "IPv6"},
	{"[10.0.0.1]:80", "IPv6"},
	{"::1:x", "IPv6"},
	{"a:b:c", "IPv6"},
	{"fe80::1%eth0", "IPv6"},
	{"1:2:3:4:5:6:7:8:9", "IPv6"},
	{"host/8", "IP address"},
	{"*/8", "IP address"},
	{"/8", "IP address"},
	{"10.0.0", "IPv4"},
	{"300.1.1.1", "IPv4"},
	{"10", "IPv4"},
	{"*.example.com", ".example.com"},
	{"10.*", ".example.com"},
	{"..example.com", "can exist"},
	{".", "can exist"},
	{"..", "can exist"},
	{"a..b", "can exist"},
	{"a" LABEL63, "can exist"},
	{LABEL63 "." LABEL63 "." LABEL63 "." LABEL63, "can exist"},
	{"a b", "neither"},
	{"user@host", "neither"},
	{"a\tb", "neither"},
	{"a\x7f", "neither"},
	{"http://example.com", "1 to 65535"},
};

START_TEST(test_refuse)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct rule r, before;
		const char *wrong;

		memset(&before, 0xa5, sizeof(before));
		r = before;
		wrong = rule_parse(&r, ROUTE_DIRECT, refused[i].text,
				   strlen(refused[i].text));
		ck_assert_msg(wrong != NULL, "%s: accepted", refused[i].text);
		ck_assert_msg(strstr(wrong, refused[i].complaint) != NULL,
			      "%s: %s", refused[i].text, wrong);
		ck_assert(!memcmp(&r, &before, sizeof(r)));
	}
	/* A NUL is no end of the text. */
	ck_assert(rule_parse(&(struct rule){0}, ROUTE_DIRECT, "10.0.0.1\0x",
			     10) != NULL);
}
END_TEST

static const struct {
	const char *no_proxy, *dst;
	int route;
} no_proxy[] = {
	{"example.com", "example.com:1", D},
	{"example.com", "WWW.example.com.:1", D},
	{"example.com", "notexample.com:1", P},
	{".example.com", "example.com:1", D},
	{".example.com", "www.example.com:1", D},
	{".example.com", "xexample.com:1", P},
	{"a.org,example.com", "b.example.com:1", D},
	{"a.org example.com", "a.org:1", D},
	{" a.org ,\texample.com,, ", "example.com:1", D},
	{"10.0.0.0/8,::1", "10.1.1.1:1", D},
	{"10.0.0.0/8", "11.1.1.1:1", P},
	{"192.0.2.7", "192.0.2.7:9", D},
	{"2001:db8::/32", "[2001:db8::1]:1", D},
	{"[2001:db8::1]", "[2001:db8::1]:1", D},
	{"example.com:443", "example.com:443", D},
	{"example.com:443", "example.com:80", P},
	{"", "example.com:1", P},
	/* what means nothing to curl does not stand in the way of the rest */
	{"*.example.com,10.*,10.0.0.0/99,:80,a.org", "www.example.com:80", P},
	{"*.example.com,10.*,10.0.0.0/99,:80,a.org", "a.org:1", D},
};

START_TEST(test_no_proxy)
{
	for (size_t i = 0; i < ARRAY_SIZE(no_proxy); i++) {
		struct rules rules = {0};
		struct endpoint dst = dst_of(no_proxy[i].dst);

		ck_assert_ptr_null(
			rules_parse_no_proxy(&rules, no_proxy[i].no_proxy));
		ck_assert_msg((int)rules_judge(&rules, NULL, 0, &dst).route ==
				      no_proxy[i].route,
			      "\"%s\" %s", no_proxy[i].no_proxy,
			      no_proxy[i].dst);
	}
}
END_TEST

START_TEST(test_no_proxy_wrong)
{
	static struct rules rules;
	const char *wrong;

	wrong = rules_parse_no_proxy(&rules, "*");
	ck_assert_str_eq(wrong, "\"*\" would proxy nothing");
	ck_assert_ptr_nonnull(rules_parse_no_proxy(&rules, "a.org, *"));
	ck_assert_uint_eq(rules.count, 1); /* appended so far */
	rules.count = RULES_MAX - 1;
	ck_assert_ptr_null(rules_parse_no_proxy(&rules, "a.org"));
	ck_assert_str_eq(rules_parse_no_proxy(&rules, "a.org"),
			 "too many rules");
	ck_assert_uint_eq(rules.count, RULES_MAX);
}
END_TEST

static const struct {
	const char *dst;
	bool loopback, public;
} kinds[] = {
	{"8.8.8.8:1", false, true},
	{"[2001:4860::1]:1", false, true},
	{"127.0.0.53:1", true, false},
	{"0.0.0.0:1", true, false},
	{"0.0.0.1:1", false, false},
	{"[::]:1", true, false},
	{"[::1]:1", true, false},
	{"[::ffff:127.0.0.1]:1", true, false},
	{"[::ffff:10.0.0.1]:1", false, false},
	{"9.255.255.255:1", false, true},
	{"10.0.0.0:1", false, false},
	{"10.255.255.255:1", false, false},
	{"11.0.0.0:1", false, true},
	{"172.15.255.255:1", false, true},
	{"172.16.0.0:1", false, false},
	{"172.31.255.255:1", false, false},
	{"172.32.0.0:1", false, true},
	{"192.167.255.255:1", false, true},
	{"192.168.0.0:1", false, false},
	{"192.169.0.0:1", false, true},
	{"100.63.255.255:1", false, true},
	{"100.64.0.0:1", false, false},
	{"100.127.255.255:1", false, false},
	{"100.128.0.0:1", false, true},
	{"169.254.1.1:1", false, false},
	{"224.0.0.251:1", false, false},
	{"255.255.255.255:1", false, false},
	{"[fbff::1]:1", false, true},
	{"[fc00::1]:1", false, false},
	{"[fdff::1]:1", false, false},
	{"[fe00::1]:1", false, true},
	{"[fe80::1]:1", false, false},
	{"[ff02::1]:1", false, false},
	{"localhost:1", false, false},
	{"example.com:1", false, false},
};

START_TEST(test_kinds)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct endpoint ep = dst_of(kinds[i].dst);

		ck_assert_msg(endpoint_is_loopback(&ep) == kinds[i].loopback,
			      "%s", kinds[i].dst);
		ck_assert_msg(endpoint_is_public(&ep) == kinds[i].public, "%s",
			      kinds[i].dst);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rules");
	TCase *tc = tcase_create("rules");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, test_judge);
	tcase_add_test(tc, test_loopback_proxied);
	tcase_add_test(tc, test_parse);
	tcase_add_test(tc, test_refuse);
	tcase_add_test(tc, test_no_proxy);
	tcase_add_test(tc, test_no_proxy_wrong);
	tcase_add_test(tc, test_kinds);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
