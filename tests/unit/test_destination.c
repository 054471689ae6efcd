/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "policy/destination.h"
#include "runs.h"

#define NOW 100u

static struct endpoint parse(const char *text)
{
	struct endpoint ep = {0};

	ck_assert_msg(endpoint_parse(&ep, text, 0), "%s", text);
	return ep;
}

static struct destination judge(struct run *run, const struct endpoint *ep,
				int family)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(ep, family, &ss);
	struct destination d;

	ck_assert_uint_gt(len, 0);
	memset(&d, 0x5a, sizeof(d));
	destination_judge(&d, run, (struct sockaddr *)&ss, len, NOW);
	ck_assert(endpoint_equal(&d.asked, ep));
	return d;
}

enum { P = ROUTE_PROXY, D = ROUTE_DIRECT, R = ROUTE_REFUSE };

static const struct {
	const char *rules, *dst;
	int route, error;
} literals[] = {
	{"", "8.8.8.8:80", P, 0},
	{"", "[2001:db8::1]:80", P, 0},
	{"", "127.0.0.1:80", D, 0},
	{"", "[::1]:80", D, 0},
	{"", "192.0.2.1:1080", D, 0},
	{"", "192.0.2.1:80", P, 0},
	{"", "169.254.1.1:80", R, ENETUNREACH},
	{"block 8.8.8.8", "8.8.8.8:80", R, EACCES},
	{"direct 8.8.8.0/24", "8.8.8.8:80", D, 0},
	/* Name servers: those that the proxy can be expected to reach, */
	{"", "8.8.8.8:53", P, 0},
	{"", "[2001:4860:4860::8888]:53", P, 0},
	/* and those that would hear of every name: refused, */
	{"", "127.0.0.1:53", R, ENETUNREACH},
	{"", "127.0.0.53:53", R, ENETUNREACH},
	{"", "[::1]:53", R, ENETUNREACH},
	{"", "10.0.0.1:53", R, ENETUNREACH},
	{"", "192.168.1.1:53", R, ENETUNREACH},
	{"", "172.16.0.1:53", R, ENETUNREACH},
	{"", "[fd00::1]:53", R, ENETUNREACH},
	{"", "0.0.0.0:53", R, ENETUNREACH},
	{"", "169.254.1.1:53", R, ENETUNREACH},
	/* on this port alone, */
	{"", "10.0.0.1:54", P, 0},
	{"", "10.0.0.1:52", P, 0},
	{"", "10.0.0.1:853", P, 0},
	{"", "127.0.0.53:54", D, 0},
	/* and unless a rule says otherwise. */
	{"direct 10.0.0.0/8", "10.0.0.1:53", R, ENETUNREACH},
	{"direct 10.0.0.0/8", "10.0.0.1:54", D, 0},
	{"direct 10.0.0.0/8:53", "10.0.0.1:53", D, 0},
	{"direct 10.0.0.0/8:52-53", "10.0.0.1:53", R, ENETUNREACH},
	{"direct 10.0.0.1", "10.0.0.1:53", D, 0},
	{"direct fd00::1", "[fd00::1]:53", D, 0},
	{"direct *", "127.0.0.53:53", R, ENETUNREACH},
	{"proxy *", "127.0.0.53:53", R, ENETUNREACH},
	{"direct 10.0.0.0/8", "10.0.0.1:80", D, 0},
	{"proxy 127.0.0.53:53", "127.0.0.53:53", P, 0},
	{"direct :53", "127.0.0.1:53", D, 0},
	{"block :53", "127.0.0.1:53", R, EACCES},
};

START_TEST(test_literals)
{
	struct run *run = runs_new("192.0.2.1:1080", literals[_i].rules);
	struct endpoint ep = parse(literals[_i].dst);
	struct destination d;

	d = judge(run, &ep,
		  ep.kind == ENDPOINT_IPV4 ? AF_INET : AF_INET6);
	ck_assert_msg(d.verdict.route == (enum route)literals[_i].route,
		      "%s %s: %d", literals[_i].rules, literals[_i].dst,
		      d.verdict.route);
	ck_assert_int_eq(d.verdict.error, literals[_i].error);
	ck_assert(endpoint_equal(&d.target, &ep));
	ck_assert_uint_eq(d.nreal, 0);
	if (ep.kind == ENDPOINT_IPV4) {
		d = judge(run, &ep, AF_INET6); /* v4-mapped */
		ck_assert_int_eq(d.verdict.route, literals[_i].route);
		ck_assert_int_eq(d.verdict.error, literals[_i].error);
		ck_assert_int_eq(d.target.kind, ENDPOINT_IPV4);
	}
}
END_TEST

/* A proxy may stand at port 53, of a private address even. */
START_TEST(test_proxy_at_port_53)
{
	struct run *run = runs_new("10.0.0.1:53", "");
	struct endpoint ep = parse("10.0.0.1:53");
	struct destination d = judge(run, &ep, AF_INET);

	ck_assert_int_eq(d.verdict.route, ROUTE_DIRECT);
	ep = parse("10.0.0.2:53");
	ck_assert_int_eq(judge(run, &ep, AF_INET).verdict.route, ROUTE_REFUSE);
}
END_TEST

/* Behind a fake address stands a name, and the name is judged. */
START_TEST(test_fakes)
{
	static const int families[] = {AF_INET, AF_INET6};
	int family = families[_i];
	struct run *run = runs_new("192.0.2.1:1080",
				   "block bad.example;direct :99");
	struct endpoint ep = runs_fake(run, "Good.example", family, 80);
	struct destination d = judge(run, &ep, family);

	ck_assert_int_eq(d.verdict.route, ROUTE_PROXY);
	ck_assert_int_eq(d.target.kind, ENDPOINT_NAME);
	ck_assert_str_eq(d.target.name, "Good.example");
	ck_assert_uint_eq(d.target.port, 80);

	/* A name server by name is the proxy's to find. */
	ep.port = 53;
	d = judge(run, &ep, family);
	ck_assert_int_eq(d.verdict.route, ROUTE_PROXY);

	ep = runs_fake(run, "bad.example", family, 80);
	d = judge(run, &ep, family);
	ck_assert_int_eq(d.verdict.route, ROUTE_REFUSE);
	ck_assert_int_eq(d.verdict.error, EACCES);

	/* Direct, but nobody knows where that is: never to the fake itself. */
	ep = runs_fake(run, "good.example", family, 99);
	d = judge(run, &ep, family);
	ck_assert_int_eq(d.verdict.route, ROUTE_REFUSE);
	ck_assert_int_eq(d.verdict.error, EHOSTUNREACH);
	ck_assert_uint_eq(d.nreal, 0);
}
END_TEST

/* A fake address that stands for no name is never sent as a literal. */
START_TEST(test_unknown_fakes)
{
	static const char *const texts[] = {
		"198.18.0.0:80",     "198.18.0.1:80",
		"198.19.255.255:80", "[fd5c:8e1b:7093:5005::1]:80",
		"198.18.0.1:53",     "[fd5c:8e1b:7093:5005:1::1]:80",
	};
	struct run *run = runs_new("192.0.2.1:1080", "direct *");
	struct endpoint ep = parse(texts[_i]);
	struct destination d = judge(
		run, &ep, ep.kind == ENDPOINT_IPV4 ? AF_INET : AF_INET6);

	ck_assert_int_eq(d.verdict.route, ROUTE_REFUSE);
	ck_assert_int_eq(d.verdict.error, EHOSTUNREACH);
}
END_TEST

START_TEST(test_direct_names)
{
	struct run *run = runs_new("192.0.2.1:1080", "direct home.example");
	struct endpoint real[2] = {parse("10.1.2.3:9"), parse("[fd00::1]:9")};
	struct destination d;
	struct endpoint ep;
	int slot = names_insert(&run->names, "home.example", 12, 1, real, 2);

	ck_assert_int_ge(slot, 0);
	names_address(&run->names, slot, AF_INET, &ep);
	ep.port = 80;
	d = judge(run, &ep, AF_INET);
	ck_assert_int_eq(d.verdict.route, ROUTE_DIRECT);
	ck_assert_int_eq(d.verdict.error, 0);
	ck_assert_uint_eq(d.nreal, 2);
	ck_assert(endpoint_same_host(&d.real[0], &real[0]));
	ck_assert(endpoint_same_host(&d.real[1], &real[1]));
}
END_TEST

/* Without a run nothing goes anywhere, not even to loopback. */
START_TEST(test_no_run)
{
	static const char *const texts[] = {"8.8.8.8:80", "127.0.0.1:80",
					    "198.18.0.1:80"};
	struct endpoint ep = parse(texts[_i]);
	struct destination d = judge(NULL, &ep, AF_INET);

	ck_assert_int_eq(d.verdict.route, ROUTE_REFUSE);
	ck_assert_int_eq(d.verdict.error, ENETUNREACH);
	ck_assert(endpoint_equal(&d.target, &ep));
	ck_assert_uint_eq(d.nreal, 0);
}
END_TEST

START_TEST(test_too_short)
{
	struct run *run = runs_new("192.0.2.1:1080", "");
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6};
	struct sockaddr_in sin = {.sin_family = AF_INET};
	struct destination d;

	destination_judge(&d, run, (struct sockaddr *)&sin, sizeof(sin) - 1,
			  NOW);
	ck_assert_int_eq(d.verdict.route, ROUTE_REFUSE);
	ck_assert_int_eq(d.verdict.error, EINVAL);
	ck_assert_int_eq(d.asked.kind, ENDPOINT_NONE);
	destination_judge(&d, NULL, (struct sockaddr *)&sin6, 23, NOW);
	ck_assert_int_eq(d.verdict.error, EINVAL);
	/* Without the scope it is long enough. */
	destination_judge(&d, run, (struct sockaddr *)&sin6, 24, NOW);
	ck_assert_int_eq(d.verdict.error, 0);
}
END_TEST

START_TEST(test_is_inet)
{
	static const struct {
		int family;
		socklen_t len;
		bool inet;
	} cases[] = {
		{AF_INET, 16, true},  {AF_INET6, 28, true}, {AF_INET, 2, true},
		{AF_INET, 1, false},  {AF_INET, 0, false},
		{AF_UNIX, 16, false},
		{AF_UNSPEC, 16, false}, {AF_NETLINK, 12, false},
	};
	struct sockaddr sa = {.sa_family = (sa_family_t)cases[_i].family};

	ck_assert_int_eq(destination_is_inet(&sa, cases[_i].len),
			 cases[_i].inet);
	ck_assert(!destination_is_inet(NULL, 16));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("destination");
	TCase *tc = tcase_create("destination");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_loop_test(tc, test_literals, 0, ARRAY_SIZE(literals));
	tcase_add_test(tc, test_proxy_at_port_53);
	tcase_add_loop_test(tc, test_fakes, 0, 2);
	tcase_add_loop_test(tc, test_unknown_fakes, 0, 6);
	tcase_add_test(tc, test_direct_names);
	tcase_add_loop_test(tc, test_no_run, 0, 3);
	tcase_add_test(tc, test_too_short);
	tcase_add_loop_test(tc, test_is_inet, 0, 8);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
