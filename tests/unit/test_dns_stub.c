/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "policy/dns_stub.h"
#include "runs.h"
#include "socks/dns_message.h"

#define WIRE(literal) (const uint8_t *)(literal), sizeof(literal) - 1

static const char hosts[] = "10.0.0.1  alpha.example alpha\n"
			    "10.0.0.2  alpha.example\n"
			    "fd00::1   alpha.example\n"
			    "fd00::2   six.example\n"
			    "10.0.0.3  taken.invalid\n"
			    "10.0.0.4  10.0.0.4\n";

static struct resolver from;
static unsigned asked;
static int known;

static int ask(void *arg, const char *name,
	       struct endpoint real[static NAMES_REAL_MAX])
{
	(void)arg;
	(void)name;
	asked++;
	for (int i = 0; i < known; i++)
		real[i] = (struct endpoint){.kind = ENDPOINT_IPV4};
	return known;
}

static void setup(void)
{
	asked = 0;
	known = 1;
	from = (struct resolver){
		.run = runs_new("192.0.2.1:1080", ""),
		.hosts = hosts,
		.hosts_len = sizeof(hosts) - 1,
		.own_name = "box",
		.ask = ask,
		.now = 1,
	};
}

/* --- octet by octet ------------------------------------------------------- */

/* A header of one question (of so many), and one record behind it. */
#define HEAD(flags, answers, opt) \
	"\xbe\xef" flags "\0\1\0" answers "\0\0\0" opt
#define OPT(size, ttl) "\0\0\x29" size ttl "\0\0"
#define OWN_OPT(ttl)   OPT("\4\xd0", ttl)
#define RR(type)       "\xc0\x0c\0" type "\0\1\0\0\0\x3c" /* TTL 60 */

static const struct {
	const uint8_t *query;
	size_t nquery;
	const uint8_t *answer;
	size_t n;
} messages[] = {
	/* A and AAAA of a local name. */
	{WIRE(HEAD("\1\0", "\0", "\0") "\5alpha\0\0\1\0\1"),
	 WIRE(HEAD("\x81\x80", "\1", "\0") "\5alpha\0\0\1\0\1" RR(
		 "\1") "\0\4\x0a\0\0\1")},
	{WIRE(HEAD("\1\0", "\0", "\0") "\3six\7example\0\0\x1c\0\1"),
	 WIRE(HEAD("\x81\x80", "\1", "\0") "\3six\7example\0\0\x1c\0\1" RR(
		 "\x1c") "\0\x10\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2")},
	{WIRE(HEAD("\1\0", "\0", "\0") "\1x\x09localhost\0\0\x1c\0\1"),
	 WIRE(HEAD("\x81\x80", "\1", "\0") "\1x\x09localhost\0\0\x1c\0\1" RR(
		 "\x1c") "\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1")},
	/* The question comes back as it came; so do RD and CD, not AD. */
	{WIRE(HEAD("\0\x30", "\0", "\0") "\5aLPhA\7eXAMple\0\0\1\0\1"),
	 WIRE(HEAD("\x80\x90", "\2", "\0") "\5aLPhA\7eXAMple\0\0\1\0\1" RR(
		 "\1") "\0\4\x0a\0\0\1" RR("\1") "\0\4\x0a\0\0\2")},
	/* Class ANY has IN in it. */
	{WIRE(HEAD("\1\0", "\0", "\0") "\5alpha\0\0\1\0\xff"),
	 WIRE(HEAD("\x81\x80", "\1", "\0") "\5alpha\0\0\1\0\xff" RR(
		 "\1") "\0\4\x0a\0\0\1")},
	/* PTR of a local address. */
	{WIRE(HEAD("\1\0", "\0", "\0") "\0011\0010\0010\00210\7in-addr\4ARPA\0"
				       "\0\x0c\0\1"),
	 WIRE(HEAD("\x81\x80", "\1", "\0") "\0011\0010\0010\00210\7in-addr"
					   "\4ARPA\0\0\x0c\0\1" RR("\x0c") "\0"
					   "\x0f\5alpha\7example\0")},
	/* No data, with and without EDNS: no record at all. */
	{WIRE(HEAD("\1\0", "\0", "\0") "\3six\7example\0\0\1\0\1"),
	 WIRE(HEAD("\x81\x80", "\0", "\0") "\3six\7example\0\0\1\0\1")},
	{WIRE(HEAD("\1\0", "\0", "\1") "\1a\3org\0\0\x41\0\1" OPT(
		 "\2\0", "\0\0\x80\0")),
	 WIRE(HEAD("\x81\x80", "\0", "\1") "\1a\3org\0\0\x41\0\1" OWN_OPT(
		 "\0\0\x80\0"))},
	/* The root is there, but has no such thing. */
	{WIRE(HEAD("\1\0", "\0", "\0") "\0\0\2\0\1"),
	 WIRE(HEAD("\x81\x80", "\0", "\0") "\0\0\2\0\1")},
	{WIRE(HEAD("\1\0", "\0", "\0") "\0\0\1\0\1"),
	 WIRE(HEAD("\x81\x80", "\0", "\0") "\0\0\1\0\1")},
	/* No such name. */
	{WIRE(HEAD("\1\0", "\0", "\1") "\1x\7INVALID\0\0\1\0\1" OPT(
		 "\4\xd0", "\0\0\0\0")),
	 WIRE(HEAD("\x81\x83", "\0", "\1") "\1x\7INVALID\0\0\1\0\1" OWN_OPT(
		 "\0\0\0\0"))},
	{WIRE(HEAD("\1\0", "\0", "\0") "\3a.b\3org\0\0\1\0\1"),
	 WIRE(HEAD("\x81\x83", "\0", "\0") "\3a.b\3org\0\0\1\0\1")},
	/* Another class, for all its names (CH TXT version.bind). */
	{WIRE(HEAD("\1\0", "\0", "\0") "\7version\4bind\0\0\x10\0\3"),
	 WIRE(HEAD("\x81\x85", "\0", "\0") "\7version\4bind\0\0\x10\0\3")},
	{WIRE(HEAD("\1\0", "\0", "\0") "\5alpha\0\0\1\0\xfe"),
	 WIRE(HEAD("\x81\x85", "\0", "\0") "\5alpha\0\0\1\0\xfe")},
	/* What is in error. */
	{WIRE("\xbe\xef\1\0\0\2\0\0\0\0\0\0\1a\0\0\1\0\1\1b\0\0\1\0\1"),
	 WIRE("\xbe\xef\x81\x81\0\0\0\0\0\0\0\0")},
	{WIRE("\xbe\xef\1\0\0\0\0\0\0\0\0\0"),
	 WIRE("\xbe\xef\x81\x81\0\0\0\0\0\0\0\0")},
	{WIRE("\xbe\xef\1\0\0\1\0\0\0\0\0\0\5al"),
	 WIRE("\xbe\xef\x81\x81\0\0\0\0\0\0\0\0")},
	{WIRE(HEAD("\1\0", "\0", "\1") "\5alpha\0\0\1\0\1"),
	 WIRE(HEAD("\x81\x81", "\0", "\0") "\5alpha\0\0\1\0\1")},
	{WIRE(HEAD("\x28\0", "\0", "\0") "\5alpha\0\0\6\0\1"), /* update */
	 WIRE("\xbe\xef\xa8\x84\0\0\0\0\0\0\0\0")},
	{WIRE(HEAD("\x10\0", "\0", "\0") "\5alpha\0\0\6\0\1"), /* status */
	 WIRE("\xbe\xef\x90\x84\0\0\0\0\0\0\0\0")},
	{WIRE(HEAD("\1\0", "\0", "\1") "\5alpha\0\0\1\0\1" OPT(
		 "\4\xd0", "\0\1\0\0")),
	 WIRE(HEAD("\x81\x80", "\0", "\1") "\5alpha\0\0\1\0\1" OWN_OPT(
		 "\1\0\0\0"))},
	/* An answer, and less than a header, have none. */
	{WIRE(HEAD("\x81\0", "\0", "\0") "\5alpha\0\0\1\0\1"), NULL, 0},
	{WIRE(HEAD("\xa9\0", "\0", "\0") "\5alpha\0\0\1\0\1"), NULL, 0},
	{WIRE("\xbe\xef\1\0\0\1\0\0\0\0\0"), NULL, 0},
	{WIRE(""), NULL, 0},
};

START_TEST(octets)
{
	uint8_t *exact = malloc(messages[_i].nquery + 1);
	uint8_t answer[DNS_STUB_ANSWER_MAX + 1];
	size_t n;

	memcpy(exact, messages[_i].query, messages[_i].nquery);
	exact = realloc(exact, messages[_i].nquery + !messages[_i].nquery);
	for (int tcp = 0; tcp < 2; tcp++) {
		memset(answer, '#', sizeof(answer));
		n = dns_stub_answer(&from, exact, messages[_i].nquery, answer,
				    sizeof(answer) - 1, tcp);
		ck_assert_uint_eq(n, messages[_i].n);
		if (n)
			ck_assert_mem_eq(answer, messages[_i].answer, n);
		ck_assert_int_eq(answer[n], '#');
	}
	free(exact);
	ck_assert_uint_eq(from.run->names.count, 0);
}
END_TEST

/* --- in words ------------------------------------------------------------- */

static uint8_t reply[DNS_STUB_ANSWER_MAX];

/* "RCODE address ..." or "no answer". */
static const char *query(const char *name, uint16_t type)
{
	static char text[1024];
	uint8_t buf[DNS_QUERY_MAX];
	struct dns_record rr[RESOLVED_MAX];
	enum dns_rcode rcode;
	bool truncated;
	size_t n = dns_put_query(buf, 4711, name, strlen(name), type, 1);
	int found;

	ck_assert_uint_gt(n, 0);
	n = dns_stub_answer(&from, buf, n, reply, sizeof(reply), false);
	if (!n)
		return "no answer";
	found = dns_get_records(reply, n, 4711, type, rr, RESOLVED_MAX, &rcode,
				&truncated);
	ck_assert_int_eq(found, reply[6] << 8 | reply[7]);
	ck_assert(!truncated);
	sprintf(text, "%d", (int)rcode);
	for (int i = 0; i < found; i++) {
		char one[ENDPOINT_TEXT_MAX + 1] = " ";

		ck_assert_uint_eq(rr[i].ttl, DNS_STUB_TTL);
		endpoint_format(&rr[i].value, one + 1);
		one[strlen(one) - 2] = '\0'; /* ":0" */
		strcat(text, names_slot(&from.run->names, &rr[i].value) >= 0
				     ? rr[i].value.kind == ENDPOINT_IPV4
					       ? " fake4"
					       : " fake6"
				     : one);
	}
	return text;
}

static const struct {
	const char *name;
	uint16_t type;
	const char *answer;
} cases[] = {
	{"example.org", DNS_A, "0 fake4"},
	{"example.org", DNS_AAAA, "0 fake6"},
	{"alpha.example", DNS_A, "0 10.0.0.1 10.0.0.2"},
	{"alpha.example", DNS_AAAA, "0 [fd00::1]"},
	{"alpha", DNS_AAAA, "0"},
	{"localhost", DNS_A, "0 127.0.0.1"},
	{"box", DNS_AAAA, "0 [::1]"},
	{"taken.invalid", DNS_A, "0 10.0.0.3"},
	{"x.invalid", DNS_A, "3"},
	{"invalid", DNS_AAAA, "3"},
	/* No type but these has data, whatever the name. */
	{"example.org", DNS_HTTPS, "0"},
	{"example.org", DNS_SVCB, "0"},
	{"_dns.resolver.arpa", DNS_SVCB, "0"}, /* RFC 9462 */
	{"example.org", DNS_CNAME, "0"},
	{"example.org", DNS_ANY, "0"},
	{"example.org", 2, "0"},  /* NS */
	{"example.org", 6, "0"},  /* SOA */
	{"example.org", 15, "0"}, /* MX */
	{"example.org", 16, "0"}, /* TXT */
	{"example.org", 252, "0"}, /* AXFR */
	{"alpha", DNS_HTTPS, "0"},
	{"box", DNS_HTTPS, "0"},
	{"taken.invalid", DNS_HTTPS, "0"},
	{"x.invalid", DNS_HTTPS, "3"},
	{"x.invalid", DNS_PTR, "3"},
	/* Literals are no names, not even for /etc/hosts. */
	{"10.0.0.4", DNS_A, "3"},
	{"192.0.2.1", DNS_AAAA, "3"},
	{"192.0.2.1", DNS_HTTPS, "3"},
	{"2001:db8::1", DNS_AAAA, "3"},
	{"::ffff:192.0.2.1", DNS_A, "3"},
	/* Addresses of nobody that we know. */
	{"8.8.8.8.in-addr.arpa", DNS_PTR, "3"},
	{"9.0.18.198.in-addr.arpa", DNS_PTR, "3"}, /* nobody's fake */
	{"1.0.0.127.in-addr.arpa", DNS_PTR, "0 localhost"},
	/* The tree has other names than addresses. */
	{"in-addr.arpa", DNS_PTR, "0"},
	{"example.org", DNS_PTR, "0"},
	{"b._dns-sd._udp.example.org", DNS_PTR, "0"},
};

START_TEST(answers)
{
	ck_assert_str_eq(query(cases[_i].name, cases[_i].type),
			 cases[_i].answer);
	ck_assert_uint_eq(from.run->names.count,
			  strstr(cases[_i].answer, "fake") ? 1 : 0);
}
END_TEST

/* The same as getaddrinfo(3) gives, and PTR leads back. */
START_TEST(one_table)
{
	struct endpoint ep = runs_fake(from.run, "Example.org", AF_INET, 0), rev;
	struct dns_record rr[1];
	enum dns_rcode rcode;
	bool tc;

	ck_assert_str_eq(query("eXample.ORG", DNS_A), "0 fake4");
	ck_assert_int_eq(dns_get_records(reply, sizeof(reply), 4711, DNS_A, rr,
					 1, &rcode, &tc),
			 1);
	ck_assert(endpoint_same_host(&rr[0].value, &ep));
	dns_reverse_name(&ep, &rev);
	ck_assert_str_eq(query(rev.name, DNS_PTR), "0 Example.org");
	ck_assert_str_eq(query(rev.name, DNS_A), "0 fake4");

	ep = runs_fake(from.run, "example.org", AF_INET6, 0);
	ck_assert_str_eq(query("example.org", DNS_AAAA), "0 fake6");
	dns_reverse_name(&ep, &rev);
	ck_assert_str_eq(query(rev.name, DNS_PTR), "0 Example.org");
}
END_TEST

START_TEST(lower_case)
{
	struct endpoint ep, rev;

	query("wWw.eXAMPLe.Org", DNS_A);
	ck_assert_mem_eq(reply + 12, "\3wWw\7eXAMPLe\3Org", 16);
	ep = runs_fake(from.run, "www.example.org", AF_INET, 0);
	dns_reverse_name(&ep, &rev);
	ck_assert_str_eq(query(rev.name, DNS_PTR), "0 www.example.org");
}
END_TEST

START_TEST(failures)
{
	char name[32];
	int slot = 0;

	names_init(&from.run->names, (uint8_t[]){198, 18, 0, 0}, 24,
		   from.run->names.ipv6_net);
	for (unsigned i = 0; slot >= 0; i++) {
		snprintf(name, sizeof(name), "n%u.example", i);
		slot = names_insert(&from.run->names, name, strlen(name),
				    from.now, NULL, 0);
	}
	ck_assert_str_eq(query(name, DNS_A), "2");
	ck_assert_str_eq(query(name, DNS_HTTPS), "0");
	from.now += NAMES_IDLE;
	ck_assert_str_eq(query(name, DNS_A), "0 fake4");
}
END_TEST

START_TEST(without_run)
{
	uint8_t buf[DNS_QUERY_MAX];
	size_t n = dns_put_query(buf, 1, "example.org", 11, DNS_A, 1);

	from.run = NULL;
	ck_assert_uint_eq(dns_stub_answer(&from, buf, n, reply, sizeof(reply),
					  true),
			  n);
	ck_assert_int_eq(reply[3] & 15, DNS_SERVFAIL);
}
END_TEST

START_TEST(direct_names)
{
	from.run = runs_new("192.0.2.1:1080", "direct .home.example");
	ck_assert_str_eq(query("nas.home.example", DNS_A), "0 fake4");
	ck_assert_uint_eq(asked, 1);
	ck_assert_str_eq(query("nas.home.example", DNS_HTTPS), "0");
	ck_assert_uint_eq(asked, 1);
	known = 0;
	ck_assert_str_eq(query("none.home.example", DNS_A), "3");
	known = -1;
	ck_assert_str_eq(query("late.home.example", DNS_A), "no answer");
	known = 1;
	ck_assert_str_eq(query("late.home.example", DNS_A), "0 fake4");
}
END_TEST

/* --- room ----------------------------------------------------------------- */

/* 16 addresses, IPv6, of a name of 255 octets: the longest answer. */
static char many[RESOLVED_MAX * 300], longest[254];

static void make_longest(void)
{
	memset(longest, 'n', 253);
	longest[63] = longest[127] = longest[191] = '.';
	many[0] = '\0';
	for (int i = 0; i <= RESOLVED_MAX; i++)
		sprintf(many + strlen(many), "fd00::%d %s\n", i, longest);
	from.hosts = many;
	from.hosts_len = strlen(many);
}

/*
 * @size: what the client says it takes by UDP, in its OPT; 0: it has none
 * Return: the answer's length, negative if it is cut
 */
static int length(unsigned size, size_t room, bool tcp)
{
	static uint8_t buf[DNS_QUERY_MAX], answer[2000];
	size_t n = dns_put_query(buf, 1, longest, 253, DNS_AAAA, 1);
	unsigned count;

	if (size) {
		buf[n - 8] = (uint8_t)(size >> 8);
		buf[n - 7] = (uint8_t)size;
	} else {
		n -= 11;
		buf[11] = 0;
	}
	memset(answer, '#', sizeof(answer));
	n = dns_stub_answer(&from, buf, n, answer, room, tcp);
	ck_assert_uint_le(n, room);
	for (size_t i = room; i < sizeof(answer); i++)
		ck_assert_int_eq(answer[i], '#');
	if (!n)
		return 0;
	count = (unsigned)answer[6] << 8 | answer[7];
	ck_assert_uint_eq(count, answer[2] & 2 ? 0 : RESOLVED_MAX);
	return answer[2] & 2 ? -(int)n : (int)n;
}

START_TEST(truncation)
{
	const int bare = 12 + 259, whole = DNS_STUB_ANSWER_MAX;

	make_longest();
	ck_assert_int_eq(length(whole, 2000, false), whole);
	ck_assert_int_eq(length(65535, 2000, false), whole);
	ck_assert_int_eq(length((unsigned)whole - 1, 2000, false), -bare - 11);
	ck_assert_int_eq(length(1, 2000, false), -bare - 11);
	ck_assert_int_eq(length(0, 2000, false), -bare);
	/* By TCP as much as there is. */
	ck_assert_int_eq(length(1, 2000, true), whole);
	ck_assert_int_eq(length(0, 2000, true), whole - 11);
	/* What there is room for. */
	ck_assert_int_eq(length(1232, (size_t)whole, false), whole);
	ck_assert_int_eq(length(1232, (size_t)whole - 1, false), -bare - 11);
	ck_assert_int_eq(length(0, (size_t)whole - 12, true), -bare);
	ck_assert_int_eq(length(1232, DNS_UDP_MIN, true), -bare - 11);
	ck_assert_int_eq(length(1232, (size_t)bare + 11, true), -bare - 11);
	ck_assert_int_eq(length(1232, (size_t)bare + 10, true), 0);
	ck_assert_int_eq(length(0, (size_t)bare, true), -bare);
	ck_assert_int_eq(length(0, 0, true), 0);
}
END_TEST

/* --- in whose place ------------------------------------------------------- */

static const struct {
	enum config_dns dns;
	const char *rules, *to;
	enum dns_stub_place place;
} places[] = {
	{CONFIG_DNS_AUTO, "", "127.0.0.53:53", DNS_STUB_HERE},
	{CONFIG_DNS_AUTO, "", "[::1]:53", DNS_STUB_HERE},
	{CONFIG_DNS_AUTO, "", "[::ffff:10.0.0.1]:53", DNS_STUB_HERE},
	{CONFIG_DNS_AUTO, "", "192.168.1.1:53", DNS_STUB_HERE},
	{CONFIG_DNS_AUTO, "", "[fd00::1]:53", DNS_STUB_HERE},
	{CONFIG_DNS_AUTO, "direct 10.0.0.0/8", "10.0.0.1:53", DNS_STUB_HERE},
	{CONFIG_DNS_AUTO, "proxy 10.0.0.0/8", "10.0.0.1:53", DNS_STUB_HERE},
	{CONFIG_DNS_AUTO, "direct 10.0.0.1", "10.0.0.1:53", DNS_STUB_NOT},
	{CONFIG_DNS_AUTO, "proxy 10.0.0.0/8:53", "10.0.0.1:53", DNS_STUB_NOT},
	{CONFIG_DNS_AUTO, "block 10.0.0.0/8", "10.0.0.1:53", DNS_STUB_NOT},
	{CONFIG_DNS_AUTO, "", "8.8.8.8:53", DNS_STUB_NOT},
	{CONFIG_DNS_AUTO, "", "127.0.0.53:54", DNS_STUB_NOT},
	{CONFIG_DNS_AUTO, "", "dns.example:53", DNS_STUB_NOT},
	{CONFIG_DNS_FAKE, "", "127.0.0.53:53", DNS_STUB_HERE},
	{CONFIG_DNS_FAKE, "", "8.8.8.8:53", DNS_STUB_HERE},
	{CONFIG_DNS_FAKE, "", "8.8.8.8:853", DNS_STUB_NOT},
	{CONFIG_DNS_FAKE, "", "dns.example:53", DNS_STUB_NOT},
	{CONFIG_DNS_FAKE, "direct 8.8.8.8", "8.8.8.8:53", DNS_STUB_NOT},
	{CONFIG_DNS_FAKE, "block 8.8.8.8", "8.8.8.8:53", DNS_STUB_NOT},
	{CONFIG_DNS_FAKE, "direct 10.0.0.1", "10.0.0.1:53", DNS_STUB_NOT},
	{CONFIG_DNS_ADDR, "", "127.0.0.53:53", DNS_STUB_SERVER},
	{CONFIG_DNS_ADDR, "", "10.0.0.1:53", DNS_STUB_SERVER},
	{CONFIG_DNS_ADDR, "", "8.8.8.8:53", DNS_STUB_NOT},
	{CONFIG_DNS_ADDR, "", "10.0.0.1:80", DNS_STUB_NOT},
	{CONFIG_DNS_ADDR, "direct 10.0.0.1", "10.0.0.1:53", DNS_STUB_NOT},
};

START_TEST(in_place_of)
{
	struct run *run = runs_new("192.0.2.1:1080", places[_i].rules);
	struct sockaddr_storage ss;
	struct destination d;
	struct endpoint ep = {0};

	run->config.dns = (uint8_t)places[_i].dns;
	ck_assert(endpoint_parse(&ep, places[_i].to, 0));
	if (ep.kind == ENDPOINT_NAME)
		ep = runs_fake(run, ep.name, AF_INET, ep.port);
	destination_judge(&d, run, (struct sockaddr *)&ss,
			  endpoint_to_sockaddr(&ep,
					       ep.kind == ENDPOINT_IPV4
						       ? AF_INET
						       : AF_INET6,
					       &ss),
			  1);
	ck_assert_int_eq(dns_stub_place(&run->config, &d), places[_i].place);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dns_stub");
	TCase *tc = tcase_create("dns_stub");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, octets, 0, ARRAY_SIZE(messages));
	tcase_add_loop_test(tc, answers, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, one_table);
	tcase_add_test(tc, lower_case);
	tcase_add_test(tc, failures);
	tcase_add_test(tc, without_run);
	tcase_add_test(tc, direct_names);
	tcase_add_test(tc, truncation);
	tcase_add_loop_test(tc, in_place_of, 0, ARRAY_SIZE(places));
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
