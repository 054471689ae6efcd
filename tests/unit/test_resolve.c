/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "base/compiler.h"
#include "files.h"
#include "runs.h"
#include "sock/hosts_file.h"
#include "sock/resolve.h"
#include "socks/dns_message.h"
#include "stream.h"

static const char hosts[] = "127.0.0.1 localhost\n"
			    "10.0.0.1  alpha.example alpha\n"
			    "10.0.0.2  alpha.example\n"
			    "fd00::1   alpha.example\n"
			    "fd00::2   six.example\n";

static struct run *run;

static void setup(void)
{
	files_begin();
	stream_begin();
	stream.open = files_open;
	files_write("hosts", hosts);
	files_write("resolv.conf", "nameserver 10.0.0.53\n");
	run = runs_new("192.0.2.1:1080", "");
	errno = 4711;
}

/* "address address", or the result. */
static const char *resolve(const char *name, int family)
{
	static const char *const words[] = {"", "NO_NAME", "NO_DATA", "AGAIN",
					    "FAIL"};
	static char text[512];
	struct resolved r;
	enum resolve_result result;

	errno = 4711;
	memset(&r, 0x5a, sizeof(r));
	result = resolve_name(run, name, family, &r);
	ck_assert_int_eq(errno, 4711);
	if (result != RESOLVE_OK)
		return words[result];
	text[0] = '\0';
	ck_assert_uint_gt(r.count, 0);
	for (unsigned i = 0; i < r.count; i++) {
		char one[ENDPOINT_TEXT_MAX];

		ck_assert_uint_eq(r.addr[i].port, 0);
		endpoint_format(&r.addr[i], one);
		one[strlen(one) - 2] = '\0'; /* ":0" */
		if (i > 0)
			strcat(text, " ");
		strcat(text, one);
	}
	if (r.canonical.kind == ENDPOINT_NAME) {
		strcat(text, " = ");
		strcat(text, r.canonical.name);
	}
	if (r.fake) {
		ck_assert_uint_eq(r.count, 1);
		return r.addr[0].kind == ENDPOINT_IPV4 ? "fake4" : "fake6";
	}
	return text;
}

/* The file is read, and nobody is asked. */
START_TEST(test_names)
{
	ck_assert_str_eq(resolve("alpha.example", AF_INET),
			 "10.0.0.1 10.0.0.2 = alpha.example");
	ck_assert_str_eq(resolve("alpha", AF_INET6), "NO_DATA");
	ck_assert_str_eq(resolve("a.localhost", AF_UNSPEC), "[::1] 127.0.0.1");
	ck_assert_str_eq(resolve("x.invalid", AF_INET), "NO_NAME");
	ck_assert_str_eq(resolve("example.org", AF_INET), "fake4");
	ck_assert_str_eq(resolve("example.org", AF_INET6), "fake6");
	ck_assert_str_eq(stream.trace, "");
}
END_TEST

START_TEST(test_own_name)
{
	struct utsname u;

	ck_assert_int_eq(uname(&u), 0);
	ck_assert_str_eq(resolve(u.nodename, AF_INET), "127.0.0.1");
	ck_assert_str_eq(resolve(u.nodename, AF_UNSPEC), "[::1] 127.0.0.1");
	run = NULL;
	ck_assert_str_eq(resolve(u.nodename, AF_INET6), "[::1]");
}
END_TEST

START_TEST(test_no_hosts_file)
{
	files_write("hosts", NULL);
	ck_assert_str_eq(resolve("localhost", AF_UNSPEC), "[::1] 127.0.0.1");
	ck_assert_str_eq(resolve("alpha", AF_INET), "fake4");
}
END_TEST

START_TEST(test_no_run)
{
	run = NULL;
	ck_assert_str_eq(resolve("example.org", AF_INET), "FAIL");
	ck_assert_str_eq(resolve("x.invalid", AF_INET), "NO_NAME");
	ck_assert_str_eq(resolve("alpha", AF_INET),
			 "10.0.0.1 = alpha.example");
	ck_assert_str_eq(resolve("a.localhost", AF_INET), "127.0.0.1");
}
END_TEST

START_TEST(test_full)
{
	char name[32];
	int slot = 0;

	names_init(&run->names, (uint8_t[]){198, 18, 0, 0}, 24,
		   run->names.ipv6_net);
	for (unsigned i = 0; slot >= 0; i++) {
		snprintf(name, sizeof(name), "n%u.example", i);
		slot = names_insert(&run->names, name, strlen(name),
				    (uint32_t)(files_ms / 1000), NULL, 0);
	}
	ck_assert_str_eq(resolve(name, AF_INET), "AGAIN");
	ck_assert_str_eq(resolve("n0.example", AF_INET), "fake4");
	files_ms += NAMES_IDLE * 1000ull; /* somebody gives way */
	ck_assert_str_eq(resolve(name, AF_INET), "fake4");
	files_ms -= NAMES_IDLE * 1000ull; /* check measures time, too */
}
END_TEST

/* A name server: answers the question that was sent, over TCP. */
static const char *records; /* "a.b.c.d v6 ..." */
static uint8_t reply[1024];

static void serve_dns(void)
{
	const uint8_t *query = stream.sent + stream.nsent;
	struct dns_question q;
	struct dns_record rr[8];
	char text[256], *p = text;
	size_t n = 0, len;

	/* The query is what was sent last, after its length. */
	for (len = 12; len <= stream.nsent; len++)
		if (dns_get_query(query - len, len, &q) == DNS_NOERROR &&
		    query[-(ptrdiff_t)len - 1] == len)
			break;
	if (len > stream.nsent)
		return;
	query -= len;
	snprintf(text, sizeof(text), "%s", records);
	for (char *word; (word = strsep(&p, " ")) != NULL;) {
		rr[n] = (struct dns_record){.ttl = 60};
		if (!endpoint_parse(&rr[n].value, word, 0))
			continue;
		rr[n].type = rr[n].value.kind == ENDPOINT_IPV4 ? DNS_A
							       : DNS_AAAA;
		if (rr[n].type == q.type)
			n++;
	}
	len = dns_put_answer(reply + 2, sizeof(reply) - 2, query, &q,
			     DNS_NOERROR, rr, n);
	ck_assert_uint_gt(len, 0);
	reply[0] = (uint8_t)(len >> 8);
	reply[1] = (uint8_t)len;
	stream.input = reply;
	stream.ninput = len + 2;
	stream.taken = 0;
}

/* Other threads are not kept from /etc/hosts meanwhile. */
static void serve_dns_freely(void)
{
	struct file_text f;

	hosts_file_open(&f);
	ck_assert(f.borrowed);
	hosts_file_close(&f);
	serve_dns();
}

static unsigned count_of(const char *line)
{
	unsigned n = 0;

	for (const char *p = stream.trace; (p = strstr(p, line)) != NULL; p++)
		n++;
	return n;
}

/* Under a direct rule: the real addresses stand beside the fake. */
START_TEST(test_direct)
{
	struct endpoint real[NAMES_REAL_MAX], want;
	struct resolved r;

	run = runs_new("192.0.2.1:1080", "direct .home.example");
	records = "10.7.7.7 10.7.7.8 fd00::7";
	stream.answer = serve_dns_freely;
	ck_assert_str_eq(resolve("nas.home.example", AF_INET), "fake4");
	ck_assert_uint_eq(count_of("connect 10.0.0.53:53\n"), 2); /* A, AAAA */
	ck_assert_uint_eq(count_of("close\n"), 2);
	ck_assert_int_eq(resolve_name(run, "nas.home.example", AF_INET, &r), 0);
	ck_assert_uint_eq(names_real(&run->names,
				     names_slot(&run->names, &r.addr[0]), real),
			  3);
	ck_assert(endpoint_parse(&want, "10.7.7.7:0", 0) == false);
	ck_assert(endpoint_parse(&want, "10.7.7.7", 0));
	ck_assert(endpoint_same_host(&real[0], &want));
	ck_assert(endpoint_parse(&want, "fd00::7", 0));
	ck_assert(endpoint_same_host(&real[2], &want));

	/* A name that is not under the rule is nobody's business. */
	stream.trace[0] = '\0';
	ck_assert_str_eq(resolve("www.example.org", AF_INET), "fake4");
	ck_assert_str_eq(stream.trace, "");
}
END_TEST

START_TEST(test_direct_unknown)
{
	run = runs_new("192.0.2.1:1080", "direct .home.example");
	records = "";
	stream.answer = serve_dns;
	ck_assert_str_eq(resolve("nas.home.example", AF_INET), "NO_NAME");
	/* Nobody answers, or there is nobody. */
	stream.connects = 0;
	for (int i = 0; i < 4; i++)
		stream.connect_errors[i] = ECONNREFUSED;
	stream.trace[0] = '\0';
	files_write("resolv.conf", "");
	ck_assert_str_eq(resolve("nas.home.example", AF_INET), "NO_NAME");
	ck_assert_uint_eq(count_of("connect 127.0.0.1:53\n"), 2);
}
END_TEST

static const char *name_of(const char *address)
{
	static struct endpoint name;
	struct endpoint ep;
	bool found;

	ck_assert(endpoint_parse(&ep, address, 0));
	errno = 4711;
	found = resolve_address(run, &ep, &name);
	ck_assert_int_eq(errno, 4711);
	return found ? name.name : NULL;
}

START_TEST(test_addresses)
{
	static const int families[] = {AF_INET, AF_INET6};
	char text[ENDPOINT_TEXT_MAX];

	for (int i = 0; i < 2; i++) {
		struct endpoint ep =
			runs_fake(run, "Example.org", families[i], 80);

		endpoint_format(&ep, text);
		ck_assert_str_eq(name_of(text), "Example.org");
	}
	ck_assert_str_eq(name_of("10.0.0.1"), "alpha.example");
	ck_assert_str_eq(name_of("fd00::2"), "six.example");
	ck_assert_str_eq(name_of("127.0.0.1"), "localhost");
	ck_assert_str_eq(name_of("127.1.2.3"), "localhost");
	ck_assert_str_eq(name_of("::1"), "localhost");
	ck_assert_ptr_null(name_of("8.8.8.8"));
	ck_assert_ptr_null(name_of("2001:db8::1"));
	/* Ours, and not in use: not even /etc/hosts is asked. */
	files_write("hosts", "198.18.0.9 odd\n");
	files_ms += 1000;
	ck_assert_ptr_null(name_of("198.18.0.9"));
	run = NULL;
	ck_assert_str_eq(name_of("198.18.0.9"), "odd");
	ck_assert_str_eq(name_of("127.0.0.1"), "localhost");
}
END_TEST

/* A query, answered: "RCODE address ..." or the error. */
static uint8_t answer[600];
static size_t answer_cap;

static const char *ask(const char *name, uint16_t type)
{
	static char text[1024];
	uint8_t query[DNS_QUERY_MAX];
	size_t n = dns_put_query(query, 4711, name, strlen(name), type, 1);
	struct dns_record rr[8];
	enum dns_rcode rcode;
	bool truncated;
	ssize_t len;
	int found;

	ck_assert_uint_gt(n, 0);
	errno = 4711;
	len = resolve_query(run, query, n, answer, answer_cap);
	ck_assert_int_eq(errno, 4711);
	if (len < 0) {
		snprintf(text, sizeof(text), "%s", strerrorname_np((int)-len));
		return text;
	}
	found = dns_get_records(answer, (size_t)len, 4711, type, rr, 8, &rcode,
				&truncated);
	ck_assert_int_ge(found, 0);
	ck_assert(!truncated);
	snprintf(text, sizeof(text), "%d", (int)rcode);
	for (int i = 0; i < found; i++) {
		char one[ENDPOINT_TEXT_MAX];

		ck_assert_uint_eq(rr[i].ttl, 60);
		endpoint_format(&rr[i].value, one);
		one[strlen(one) - 2] = '\0';
		strcat(strcat(text, " "), one);
	}
	return text;
}

/* Nobody that the proxy could reach is there to be asked: the name table. */
START_TEST(test_local_answers)
{
	static const char *const confs[] = {
		"nameserver 10.0.0.53\n",
		"nameserver 127.0.0.53\n",
		"nameserver fd00::53\nnameserver 192.168.1.1\n",
		"",
	};
	char text[ENDPOINT_TEXT_MAX], want[ENDPOINT_TEXT_MAX + 8];
	struct endpoint ep, name;

	files_write("resolv.conf", confs[_i]);
	answer_cap = sizeof(answer);
	ep = runs_fake(run, "example.org", AF_INET, 0);
	endpoint_format(&ep, text);
	snprintf(want, sizeof(want), "0 %.*s", (int)strlen(text) - 2, text);
	ck_assert_str_eq(ask("example.org", DNS_A), want);
	dns_reverse_name(&ep, &name);
	ck_assert_str_eq(ask(name.name, DNS_PTR), "0 example.org");
	ep = runs_fake(run, "example.org", AF_INET6, 0);
	endpoint_format(&ep, text);
	snprintf(want, sizeof(want), "0 %.*s", (int)strlen(text) - 2, text);
	ck_assert_str_eq(ask("example.org", DNS_AAAA), want);

	/* No data: no hint that leads past the fakes. */
	ck_assert_str_eq(ask("example.org", DNS_HTTPS), "0");
	ck_assert_str_eq(ask("example.org", DNS_SVCB), "0");
	ck_assert_str_eq(ask("example.org", 16), "0"); /* TXT */
	ck_assert_int_eq(answer[6] << 8 | answer[7], 0);
	ck_assert_str_eq(ask("x.invalid", DNS_A), "3");
	ck_assert_str_eq(ask("x.invalid", DNS_HTTPS), "3");
	ck_assert_str_eq(ask("alpha.example", DNS_A), "0 10.0.0.1 10.0.0.2");
	ck_assert_str_eq(ask("six.example", DNS_A), "0");
	ck_assert_str_eq(ask("1.0.0.10.in-addr.arpa", DNS_PTR),
			 "0 alpha.example");
	ck_assert_str_eq(ask("8.8.8.8.in-addr.arpa", DNS_PTR), "3");
	ck_assert_str_eq(ask("9.0.18.198.in-addr.arpa", DNS_PTR), "3");
	ck_assert_str_eq(ask(".", 2), "0");
	ck_assert_str_eq(stream.trace, "");

}
END_TEST

/* Its length is told, but no more than there is room for is written. */
START_TEST(test_cut_answer)
{
	uint8_t query[DNS_QUERY_MAX];
	size_t n = dns_put_query(query, 1, "example.org", 11, DNS_A, 1);

	memset(answer, '#', sizeof(answer));
	ck_assert_int_eq(resolve_query(run, query, n, answer, 20),
			 (ssize_t)n + 16);
	ck_assert_int_eq(answer[19], 'e');
	ck_assert_int_eq(answer[20], '#');
}
END_TEST

/* Whatever name server there is: by UDP no more than the client takes. */
START_TEST(test_stub)
{
	static const char name[] =
		"a-name-with-many-addresses.that-is-rather-long.example";
	static char many[4096];
	uint8_t query[DNS_QUERY_MAX];
	size_t n = dns_put_query(query, 1, name, strlen(name), DNS_AAAA, 1);

	for (int i = 0; i < RESOLVED_MAX; i++)
		sprintf(many + strlen(many), "fd00::%d %s\n", i, name);
	files_write("hosts", many);
	files_write("resolv.conf", "nameserver 8.8.8.8\n");
	n -= 11; /* no EDNS */
	query[11] = 0;
	ck_assert_int_eq(resolve_stub(run, query, n, answer, 600, true),
			 (ssize_t)n + RESOLVED_MAX * 28);
	ck_assert_int_eq(answer[2] & 2, 0);
	ck_assert_int_eq(resolve_stub(run, query, n, answer, 600, false),
			 (ssize_t)n);
	ck_assert_int_eq(answer[2] & 2, 2);
	ck_assert_int_eq(resolve_stub(NULL, query, n, answer, 600, true),
			 -ENETUNREACH);
	ck_assert_str_eq(stream.trace, "");
}
END_TEST

START_TEST(test_bad_queries)
{
	uint8_t query[DNS_QUERY_MAX];
	size_t n = dns_put_query(query, 1, "example.org", 11, DNS_A, 1);

	ck_assert_int_eq(resolve_query(NULL, query, n, answer, 600),
			 -ENETUNREACH);
	ck_assert_int_eq(resolve_query(run, query, 11, answer, 600), -EINVAL);
	query[2] |= 0x80; /* an answer */
	ck_assert_int_eq(resolve_query(run, query, n, answer, 600), -EINVAL);
}
END_TEST

/* As the proxy, and the name server behind it. */
static void serve_proxy(void)
{
	static const uint8_t yes[] = "\5\0\5\0\0\1\0\0\0\0\0\0";

	if (stream.ninput == 0) {
		stream.input = yes;
		stream.ninput = sizeof(yes) - 1;
	}
	if (stream.taken == sizeof(yes) - 1)
		serve_dns();
}

/* A public name server is asked through the proxy, and gives real answers. */
START_TEST(test_public_server)
{
	files_write("resolv.conf",
		    "nameserver 10.0.0.53\nnameserver 8.8.8.8\n");
	answer_cap = sizeof(answer);
	records = "93.184.216.34";
	stream.answer = serve_proxy;
	ck_assert_str_eq(ask("example.org", DNS_A), "0 93.184.216.34");
	ck_assert_uint_eq(count_of("connect"), 1);
	ck_assert_uint_eq(count_of("connect 192.0.2.1:1080\n"), 1);
	ck_assert_mem_eq(stream.sent, "\5\1\0\5\1\0\1\10\10\10\10\0\x35", 13);
	ck_assert_uint_eq(run->names.count, 0);
}
END_TEST

START_TEST(test_dns_setting)
{
	files_write("resolv.conf", "nameserver 8.8.8.8\n");
	answer_cap = sizeof(answer);
	run->config.dns = CONFIG_DNS_FAKE;
	ck_assert_ptr_nonnull(strstr(ask("example.org", DNS_A), "0 198.1"));
	ck_assert_str_eq(stream.trace, "");

	run->config.dns = CONFIG_DNS_ADDR;
	ck_assert(endpoint_parse(&run->config.dns_server, "10.9.9.9:5353", 0));
	records = "93.184.216.34";
	stream.answer = serve_proxy;
	ck_assert_str_eq(ask("example.org", DNS_A), "0 93.184.216.34");
	ck_assert_mem_eq(stream.sent, "\5\1\0\5\1\0\1\12\11\11\11\x14\xe9", 13);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("resolve");
	TCase *tc = tcase_create("resolve");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, files_end);
	tcase_add_test(tc, test_names);
	tcase_add_test(tc, test_own_name);
	tcase_add_test(tc, test_no_hosts_file);
	tcase_add_test(tc, test_no_run);
	tcase_add_test(tc, test_full);
	tcase_add_test(tc, test_direct);
	tcase_add_test(tc, test_direct_unknown);
	tcase_add_test(tc, test_addresses);
	tcase_add_loop_test(tc, test_local_answers, 0, 4);
	tcase_add_test(tc, test_cut_answer);
	tcase_add_test(tc, test_stub);
	tcase_add_test(tc, test_bad_queries);
	tcase_add_test(tc, test_public_server);
	tcase_add_test(tc, test_dns_setting);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
