/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "socks/dns_message.h"

#define WIRE(literal) (const uint8_t *)(literal), sizeof(literal) - 1

#define IN  1
#define L63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz01234567890"
/* The longest name: 3 * 64 + 61 octets of text, 255 on the wire. */
#define N253                    \
	L63 "." L63 "." L63 "." \
	    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz012345678"

/* A response to an A query for "ab.cd", up to the end of the question. */
#define HEAD(flags, answers)                         \
	"\x12\x34" flags "\0\1\0" answers "\0\0\0\0" \
	"\2ab\2cd\0\0\1\0\1"
#define RR_HEAD(type) "\xc0\x0c\0" type "\0\1\0\0\1\0" /* TTL 256 */

static struct endpoint at(const char *text)
{
	struct endpoint ep = {0};

	ck_assert(endpoint_parse(&ep, text, 0));
	return ep;
}

/* From memory of exactly @n octets, for the sanitizers to watch. */
static int records(const uint8_t *msg, size_t n, uint16_t type,
		   struct dns_record rr[static 4], enum dns_rcode *rcode,
		   bool *tc)
{
	uint8_t *exact = malloc(n + !n);
	int found;

	memcpy(exact, msg, n);
	found = dns_get_records(exact, n, 0x1234, type, rr, 4, rcode, tc);
	free(exact);
	return found;
}

static int query(const uint8_t *msg, size_t n, struct dns_question *q)
{
	uint8_t *exact = malloc(n + !n);
	int rcode;

	memcpy(exact, msg, n);
	rcode = dns_get_query(exact, n, q);
	free(exact);
	return rcode;
}

START_TEST(query_on_the_wire)
{
	static const char want[] = "\xbe\xef\1\0\0\1\0\0\0\0\0\1"
				   "\3www\7Example\3org\0"
				   "\0\x1c\0\1"
				   "\0\0\x29\4\xd0\0\0\0\0\0\0";
	uint8_t buf[DNS_QUERY_MAX];
	size_t n =
		dns_put_query(buf, 0xbeef, "www.Example.org", 15, DNS_AAAA, IN);

	ck_assert_uint_eq(n, sizeof(want) - 1);
	ck_assert_mem_eq(buf, want, n);
	/* Written absolutely it is the same. */
	ck_assert_uint_eq(dns_put_query(buf, 0xbeef, "www.Example.org.", 16,
					DNS_AAAA, IN),
			  n);
	ck_assert_mem_eq(buf, want, n);
	/* The root alone has an empty label. */
	n = dns_put_query(buf, 0xbeef, ".", 1, 2, IN);
	ck_assert_uint_eq(n, 12 + 5 + 11);
	ck_assert_mem_eq(buf + 12, "\0\0\2\0\1", 5);
}
END_TEST

static const struct {
	const char *name;
	size_t len;
	bool good;
} names[] = {
	{"a", 1, true},
	{"a.b", 3, true},
	{"a\xff\x1b b", 5, true},
	{"_srv._tcp.x", 11, true},
	{L63, 63, true},
	{L63 ".", 64, true},
	{N253, 253, true},
	{N253 ".", 254, true},
	{"", 0, false},
	{"..", 2, false},
	{".a", 2, false},
	{"a..", 3, false},
	{"a..b", 4, false},
	{"a\0b", 3, false},
	{L63 "x", 64, false},
	{"a." L63 "x", 66, false},
	{N253 "x", 254, false},
	{N253 "x.", 255, false},
	{L63 "." L63 "." L63 "." L63, 255, false},
};

START_TEST(query_and_question)
{
	const char *name = names[_i].name;
	size_t len = names[_i].len, n;
	uint8_t buf[DNS_QUERY_MAX];
	struct dns_question q;

	n = dns_put_query(buf, 7, name, len, 255, 3);
	ck_assert_int_eq(n != 0, names[_i].good);
	if (!n)
		return;
	len -= name[len - 1] == '.';
	ck_assert_int_eq(query(buf, n, &q), DNS_NOERROR);
	ck_assert_uint_eq(q.id, 7);
	ck_assert_uint_eq(q.type, 255);
	ck_assert_uint_eq(q.class, 3);
	ck_assert(q.recursion_desired);
	ck_assert_uint_eq(q.end, n - 11);
	ck_assert_int_eq(q.name.kind, ENDPOINT_NAME);
	ck_assert_uint_eq(q.name.name_len, len);
	ck_assert_mem_eq(q.name.name, name, len);
	ck_assert(q.edns && !q.dnssec_ok && !q.odd);
	ck_assert_uint_eq(q.udp_size, 1232);
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(query(buf, i, &q), i < 12 ? -1 : DNS_FORMERR);
		ck_assert_uint_eq(q.end, i < n - 11 ? 12 : n - 11);
	}
}
END_TEST

#define QUERY(flags, count) "\0\7" flags "\0" count "\0\0\0\0\0\0"
#define LABELS4(l)	    l l l l

static const struct {
	const uint8_t *wire;
	size_t n;
	int rcode;
	const char *name; /* NULL: not understood */
} queries[] = {
	{WIRE(QUERY("\0\0", "\1") "\1a\0\0\1\0\1"), 0, "a"},
	{WIRE(QUERY("\1\x20", "\1") "\1a\0\0\1\0\1"), 0, "a"},
	{WIRE(QUERY("\1\0", "\1") "\0\0\1\0\1"), 0, ""},
	/* An answer; opcode 1, an update. */
	{WIRE(QUERY("\x81\0", "\1") "\1a\0\0\1\0\1"), -1, NULL},
	{WIRE(QUERY("\xa9\0", "\1") "\1a\0\0\1\0\1"), -1, NULL},
	{WIRE(QUERY("\x08\0", "\1") "\1a\0\0\1\0\1"), DNS_NOTIMP, NULL},
	{WIRE(QUERY("\x28\0", "\1") "\1a\0\0\1\0\1"), DNS_NOTIMP, NULL},
	{WIRE(QUERY("\x40\0", "\0")), DNS_NOTIMP, NULL},
	{WIRE(QUERY("\1\0", "\0") "\1a\0\0\1\0\1"), DNS_FORMERR, NULL},
	{WIRE(QUERY("\1\0", "\2") "\1a\0\0\1\0\1\1a\0\0\1\0\1"), DNS_FORMERR,
	 NULL},
	/* No text can stand for these. */
	{WIRE(QUERY("\1\0", "\1") "\3a.b\0\0\1\0\1"), 0, "odd"},
	{WIRE(QUERY("\1\0", "\1") "\1.\0\0\1\0\1"), 0, "odd"},
	{WIRE(QUERY("\1\0", "\1") "\1a\1\0\0\0\1\0\1"), 0, "odd"},
	/* Pointers to itself, ahead, into the header, to nowhere. */
	{WIRE(QUERY("\1\0", "\1") "\xc0\x0c\0\1\0\1"), DNS_FORMERR, NULL},
	{WIRE(QUERY("\1\0", "\1") "\1a\xc0\x0c\0\1\0\1"), DNS_FORMERR, NULL},
	{WIRE(QUERY("\1\0", "\1") "\1a\xc0\x0e\0\1\0\1"), DNS_FORMERR, NULL},
	{WIRE(QUERY("\1\0", "\1") "\1a\xc0\x14\0\1\0\1\0"), DNS_FORMERR,
	 NULL},
	{WIRE(QUERY("\1\0", "\1") "\1a\xc0\x00\0\1\0\1"), DNS_FORMERR, NULL},
	{WIRE(QUERY("\1\0", "\1") "\1a\xff\xff\0\1\0\1"), DNS_FORMERR, NULL},
	/* Reserved kinds of labels; more than 255 octets. */
	{WIRE(QUERY("\1\0", "\1") "\x40\0\0\1\0\1"), DNS_FORMERR, NULL},
	{WIRE(QUERY("\1\0", "\1") "\x80\0\0\1\0\1"), DNS_FORMERR, NULL},
	{WIRE(QUERY("\1\0", "\1") LABELS4("\x3f" L63) "\0\0\1\0\1"),
	 DNS_FORMERR, NULL},
};

START_TEST(reads_queries)
{
	const uint8_t *wire = queries[_i].wire;
	size_t n = queries[_i].n;
	struct dns_question q;

	ck_assert_int_eq(query(wire, n, &q), queries[_i].rcode);
	ck_assert_uint_eq(q.end, queries[_i].name ? n : 12);
	ck_assert(!q.edns);
	ck_assert_uint_eq(q.udp_size, 512);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_ne(query(wire, i, &q), DNS_NOERROR);
	query(wire, n, &q);
	if (queries[_i].rcode < 0)
		return;
	/* As much as an answer needs, whatever is wrong. */
	ck_assert_uint_eq(q.id, 7);
	ck_assert_int_eq(q.recursion_desired, wire[2] & 1);
	if (!queries[_i].name)
		return;
	ck_assert_uint_eq(q.type, 1);
	ck_assert_uint_eq(q.class, 1);
	ck_assert_int_eq(q.odd, !strcmp(queries[_i].name, "odd"));
	if (q.odd || !*queries[_i].name)
		ck_assert_int_eq(q.name.kind, ENDPOINT_NONE);
	else
		ck_assert_str_eq(q.name.name, queries[_i].name);
}
END_TEST

/* A question, and what stands behind it. */
#define EXTRA(answers, authorities, additional)                    \
	"\0\7\1\0\0\1\0" answers "\0" authorities "\0" additional \
	"\1a\0\0\1\0\1"
#define OPT(size, flags) "\0\0\x29" size "\0" flags "\0\0"
#define TXT		 "\1x\0\0\x10\0\1\0\0\0\0\0\2\1t"

static const struct {
	const uint8_t *wire;
	size_t n;
	int rcode;
	bool edns, dnssec_ok;
	uint16_t udp_size;
} extras[] = {
	{WIRE(EXTRA("\0", "\0", "\1") OPT("\4\xd0", "\0\0\0")), 0, true, false,
	 1232},
	{WIRE(EXTRA("\0", "\0", "\1") OPT("\2\1", "\0\x80\0")), 0, true, true,
	 513},
	{WIRE(EXTRA("\0", "\0", "\1") OPT("\xff\xff", "\0\x7f\xff")), 0, true,
	 false, 65535},
	/* Less than 512 means 512 (RFC 6891 section 6.2.3). */
	{WIRE(EXTRA("\0", "\0", "\1") OPT("\1\xff", "\0\0\0")), 0, true, false,
	 512},
	/* Options are not looked at, but must be there. */
	{WIRE(EXTRA("\0", "\0", "\1") "\0\0\x29\4\xd0\0\0\0\0\0\5\0\x0a\0\1x"),
	 0, true, false, 1232},
	{WIRE(EXTRA("\0", "\0", "\1") "\0\0\x29\4\xd0\0\0\0\0\0\5\0\x0a\0\1"),
	 DNS_FORMERR, false, false, 512},
	/* Other records before and after, of any section. */
	{WIRE(EXTRA("\1", "\1", "\3") TXT TXT TXT OPT("\4\xd0", "\0\0\0") TXT),
	 0, true, false, 1232},
	{WIRE(EXTRA("\0", "\0", "\2") "\xc0\x0c\0\x10\0\1\0\0\0\0\0\0" OPT(
		 "\4\xd0", "\0\0\0")),
	 0, true, false, 1232},
	/* Elsewhere it has no meaning. */
	{WIRE(EXTRA("\1", "\1", "\0") OPT("\4\xd0", "\0\0\0")
		      OPT("\4\xd0", "\0\0\0")),
	 0, false, false, 512},
	/* One that is not needed is not looked for. */
	{WIRE(EXTRA("\0", "\0", "\0") OPT("\4\xd0", "\0\0\0")), 0, false, false,
	 512},
	/* Another version; two of them; not at the root. */
	{WIRE(EXTRA("\0", "\0", "\1") OPT("\4\xd0", "\1\x80\0")), DNS_BADVERS,
	 true, true, 1232},
	{WIRE(EXTRA("\0", "\0", "\2") OPT("\4\xd0", "\1\0\0") TXT),
	 DNS_BADVERS, true, false, 1232},
	{WIRE(EXTRA("\0", "\0", "\2") OPT("\4\xd0", "\0\0\0")
		      OPT("\5\xd0", "\0\0\0")),
	 DNS_FORMERR, true, false, 1232},
	{WIRE(EXTRA("\0", "\0", "\1") "\1x" OPT("\4\xd0", "\0\0\0")),
	 DNS_FORMERR, false, false, 512},
	{WIRE(EXTRA("\0", "\0", "\1") "\xc0\x0e\0\x29\4\xd0\0\0\0\0\0\0"),
	 DNS_FORMERR, false, false, 512},
	{WIRE(EXTRA("\0", "\0", "\1") "\x80\x0e\0\x10\4\xd0\0\0\0\0\0\0"),
	 DNS_FORMERR, false, false, 512},
	/* Fewer records than were said to be there. */
	{WIRE(EXTRA("\0", "\0", "\2") OPT("\4\xd0", "\0\0\0")), DNS_FORMERR,
	 true, false, 1232},
	{WIRE(EXTRA("\0", "\1", "\0")), DNS_FORMERR, false, false, 512},
};

START_TEST(reads_edns)
{
	struct dns_question q;

	ck_assert_int_eq(query(extras[_i].wire, extras[_i].n, &q),
			 extras[_i].rcode);
	ck_assert_uint_eq(q.end, 12 + 7);
	ck_assert_int_eq(q.edns, extras[_i].edns);
	ck_assert_int_eq(q.dnssec_ok, extras[_i].dnssec_ok);
	ck_assert_uint_eq(q.udp_size, extras[_i].udp_size);
}
END_TEST

START_TEST(answers_on_the_wire)
{
	static const uint8_t asked[] = "\x12\x34\1\x30\0\1\0\0\0\0\0\0"
				       "\2ab\2cd\0\0\1\0\1";
	/* A chain: ab.cd is x, which is the two addresses. */
	struct dns_record rr[] = {
		{DNS_CNAME, 256, at("x")},
		{DNS_A, 256, at("192.0.2.1")},
		{DNS_AAAA, 256, at("192.0.2.1")},
		{DNS_AAAA, 256, at("2001:db8::7")},
	};
	static const char want[] = HEAD("\x81\x90", "\4")
		RR_HEAD("\5") "\0\3\1x\0"
			      "\xc0\x23\0\1\0\1\0\0\1\0\0\4\xc0\0\2\1"
			      "\xc0\x23\0\x1c\0\1\0\0\1\0\0\x10"
			      "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1"
			      "\xc0\x23\0\x1c\0\1\0\0\1\0\0\x10"
			      "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7";
	struct dns_question q;
	uint8_t buf[512];
	size_t n = sizeof(want) - 1;

	ck_assert_int_eq(dns_get_query(asked, sizeof(asked) - 1, &q), 0);
	for (size_t cap = 0; cap < sizeof(buf); cap++) {
		memset(buf, '#', sizeof(buf));
		ck_assert_uint_eq(
			dns_put_answer(buf, cap, asked, &q, DNS_NOERROR, rr, 4),
			cap < n ? 0 : n);
		ck_assert_int_eq(buf[cap], '#');
	}
	ck_assert_mem_eq(buf, want, n);

	/* No data, and no such name. */
	n = dns_put_answer(buf, sizeof(buf), asked, &q, DNS_NXDOMAIN, NULL, 0);
	ck_assert_uint_eq(n, q.end);
	ck_assert_mem_eq(buf, HEAD("\x81\x93", "\0"), n);

	/* A value that is not of its type has no form. */
	rr[1].value = at("2001:db8::7");
	ck_assert_uint_eq(dns_put_answer(buf, sizeof(buf), asked, &q, 0, rr, 4),
			  0);
	rr[1] = (struct dns_record){DNS_PTR, 0, at("192.0.2.1")};
	ck_assert_uint_eq(dns_put_answer(buf, sizeof(buf), asked, &q, 0, rr, 4),
			  0);
	rr[1] = (struct dns_record){DNS_HTTPS, 0, at("x")};
	ck_assert_uint_eq(dns_put_answer(buf, sizeof(buf), asked, &q, 0, rr, 4),
			  0);
}
END_TEST

/* What comes back for what could not be served, and to an OPT record. */
static const struct {
	const uint8_t *asked;
	size_t nasked;
	enum dns_rcode rcode;
	bool truncated;
	const uint8_t *wire;
	size_t n;
} replies[] = {
	{WIRE(QUERY("\1\x10", "\2") "\1a\0\0\1\0\1"), DNS_FORMERR, false,
	 WIRE("\0\7\x81\x91\0\0\0\0\0\0\0\0")},
	{WIRE(QUERY("\x29\0", "\1") "\1a\0\0\6\0\1"), DNS_NOTIMP, false,
	 WIRE("\0\7\xa9\x84\0\0\0\0\0\0\0\0")},
	{WIRE(QUERY("\0\0", "\1") "\2aB\0\0\6\0\3"), DNS_REFUSED, false,
	 WIRE("\0\7\x80\x85\0\1\0\0\0\0\0\0\2aB\0\0\6\0\3")},
	{WIRE(QUERY("\1\0", "\1") "\1a\0\0\6\0\1"), DNS_NOERROR, true,
	 WIRE("\0\7\x83\x80\0\1\0\0\0\0\0\0\1a\0\0\6\0\1")},
	{WIRE(EXTRA("\0", "\0", "\1") OPT("\2\0", "\0\xff\xff")), DNS_NOERROR,
	 false,
	 WIRE("\0\7\x81\x80\0\1\0\0\0\0\0\1\1a\0\0\1\0\1" OPT(
		 "\4\xd0", "\0\x80\0"))},
	{WIRE(EXTRA("\0", "\0", "\1") OPT("\2\0", "\0\0\0")), DNS_NOERROR, true,
	 WIRE("\0\7\x83\x80\0\1\0\0\0\0\0\1\1a\0\0\1\0\1" OPT(
		 "\4\xd0", "\0\0\0"))},
	{WIRE(EXTRA("\0", "\0", "\1") OPT("\2\0", "\1\0\0")), DNS_BADVERS,
	 false,
	 WIRE("\0\7\x81\x80\0\1\0\0\0\0\0\1\1a\0\0\1\0\1"
	      "\0\0\x29\4\xd0\1\0\0\0\0\0")},
};

START_TEST(replies_on_the_wire)
{
	const uint8_t *asked = replies[_i].asked;
	struct dns_question q;
	uint8_t buf[512];
	size_t n = replies[_i].n;

	dns_get_query(asked, replies[_i].nasked, &q);
	for (size_t cap = 0; cap < sizeof(buf); cap++) {
		memset(buf, '#', sizeof(buf));
		ck_assert_uint_eq(
			replies[_i].truncated
				? dns_put_truncated(buf, cap, asked, &q)
				: dns_put_answer(buf, cap, asked, &q,
						 replies[_i].rcode, NULL, 0),
			cap < n ? 0 : n);
		ck_assert_int_eq(buf[cap], '#');
	}
	ck_assert_mem_eq(buf, replies[_i].wire, n);
}
END_TEST

static const struct {
	const uint8_t *wire;
	size_t n;
	uint16_t type;
	const char *value[2];
} answers[] = {
	{WIRE(HEAD("\x81\x80", "\2") RR_HEAD("\1") "\0\4\xc0\0\2\1" RR_HEAD(
		 "\1") "\0\4\xc0\0\2\2"),
	 DNS_A,
	 {"192.0.2.1", "192.0.2.2"}},
	{WIRE(HEAD("\x81\x80", "\1") RR_HEAD(
		 "\x1c") "\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7"),
	 DNS_AAAA,
	 {"2001:db8::7"}},
	/* Aliases before it, of other owners, and a type not asked for. */
	{WIRE(HEAD("\x81\x80", "\4") RR_HEAD(
		 "\5") "\0\4\1x\xc0\x0f"
		       "\1x\xc0\x0f\0\5\0\1\0\0\0\0\0\2\xc0\x0c" RR_HEAD(
			       "\x10") "\0\3\2hi"
				       "\4long\3org\0\0\1\0\1\0\0\1\0\0\4\xc0\0"
				       "\2\1"),
	 DNS_A,
	 {"192.0.2.1"}},
	/* PTR of both names of compression: a suffix, and a whole name. */
	{WIRE(HEAD("\x81\x80", "\2")
		      RR_HEAD("\x0c") "\0\5\2\xc3\xff\xc0\x0f" RR_HEAD(
			      "\x0c") "\0\2\xc0\x0c"),
	 DNS_PTR,
	 {"\xc3\xff.cd", "ab.cd"}},
	{WIRE(HEAD("\x81\x80", "\1") RR_HEAD("\5") "\0\3\1x\0"),
	 DNS_CNAME,
	 {"x"}},
	/* Names that no text can stand for are passed over. */
	{WIRE(HEAD("\x81\x80", "\3") RR_HEAD("\x0c") "\0\5\3a.b\0" RR_HEAD(
		 "\x0c") "\0\1\0" RR_HEAD("\x0c") "\0\3\1x\0"),
	 DNS_PTR,
	 {"x"}},
	{WIRE(HEAD("\x81\x80", "\1") "\xc0\x0c\0\1\0\3\0\0\1\0\0\4\xc0\0\2\1"),
	 DNS_A,
	 {NULL}}, /* of another class */
	{WIRE("\x12\x34\x81\x80\0\0\0\1\0\0\0\0"
	      "\1x\0\0\1\0\1\0\0\1\0\0\4\xc0\0\2\1"),
	 DNS_A,
	 {"192.0.2.1"}}, /* without the question */
};

START_TEST(reads_answers)
{
	const uint8_t *wire = answers[_i].wire;
	size_t n = answers[_i].n;
	uint8_t tc[512];
	struct dns_record rr[4];
	enum dns_rcode rcode;
	bool truncated;
	int want = !!answers[_i].value[0] + !!answers[_i].value[1];

	memcpy(tc, wire, n);
	tc[2] |= 2;
	ck_assert_int_eq(
		records(wire, n, answers[_i].type, rr, &rcode, &truncated),
		want);
	ck_assert_int_eq(rcode, DNS_NOERROR);
	ck_assert(!truncated);
	for (int i = 0; i < want; i++) {
		struct endpoint value = at(answers[_i].value[i]);

		ck_assert_uint_eq(rr[i].type, answers[_i].type);
		ck_assert_uint_eq(rr[i].ttl, 256);
		ck_assert(endpoint_equal(&rr[i].value, &value));
	}

	/* Cut anywhere it is none; but TC says that a cut is to be expected. */
	for (size_t cut = 0; cut < n; cut++) {
		ck_assert_int_eq(records(wire, cut, answers[_i].type, rr,
					 &rcode, &truncated),
				 -1);
		int some = records(tc, cut, answers[_i].type, rr, &rcode,
				   &truncated);

		ck_assert_int_eq(truncated, cut >= 12);
		ck_assert_int_le(some, want);
		ck_assert_int_eq(some < 0, cut < 12);
	}
	/* No more than there is room for. */
	if (want == 2) {
		rr[1].ttl = 4711;
		ck_assert_int_eq(dns_get_records(wire, n, 0x1234,
						 answers[_i].type, rr, 1,
						 &rcode, &truncated),
				 1);
		ck_assert_uint_eq(rr[1].ttl, 4711);
	}
}
END_TEST

static const struct {
	const uint8_t *wire;
	size_t n;
} malformed[] = {
	{WIRE("\x12\x35\x81\x80\0\1\0\0\0\0\0\0\0\0\1\0\1")}, /* other id */
	{WIRE("\x12\x34\1\x80\0\1\0\0\0\0\0\0\0\0\1\0\1")},   /* a query */
	{WIRE("\x12\x34\xa9\x80\0\1\0\0\0\0\0\0\0\0\1\0\1")}, /* an update */
	{WIRE(HEAD("\x81\x80", "\1") RR_HEAD("\1") "\0\3\xc0\0\2")},
	{WIRE(HEAD("\x81\x80", "\1") RR_HEAD("\1") "\0\5\xc0\0\2\1\1")},
	{WIRE(HEAD("\x81\x80", "\1") RR_HEAD("\1") "\xff\xff\xc0\0\2\1")},
	{WIRE(HEAD("\x81\x80", "\2") RR_HEAD("\1") "\0\4\xc0\0\2\1")},
	/* An owner that points to itself, ahead, into the header. */
	{WIRE(HEAD("\x81\x80", "\1") "\xc0\x17\0\1\0\1\0\0\1\0\0\4\xc0\0\2\1")},
	{WIRE(HEAD("\x81\x80", "\1") "\xc0\x1f\0\1\0\1\0\0\1\0\0\4\0\0\0\0")},
	{WIRE(HEAD("\x81\x80", "\1") "\xc0\x02\0\1\0\1\0\0\1\0\0\4\xc0\0\2\1")},
};

START_TEST(refuses_answers)
{
	struct dns_record rr[4];
	enum dns_rcode rcode;
	bool truncated;

	ck_assert_int_eq(records(malformed[_i].wire, malformed[_i].n, DNS_A, rr,
				 &rcode, &truncated),
			 -1);
}
END_TEST

/* RDATA that is a name, and must fill its RDLENGTH. */
static const struct {
	const uint8_t *wire;
	size_t n;
} bad_ptr[] = {
	{WIRE(HEAD("\x81\x80", "\1") RR_HEAD("\x0c") "\0\2\1x\0")},
	{WIRE(HEAD("\x81\x80", "\1") RR_HEAD("\x0c") "\0\4\1x\0\0")},
	{WIRE(HEAD("\x81\x80", "\1") RR_HEAD("\x0c") "\0\0")},
	{WIRE(HEAD("\x81\x80", "\1") RR_HEAD("\x0c") "\0\1\xc0\x0c")},
	/* Loops: to itself, back to its own labels, and between two. */
	{WIRE(HEAD("\x81\x80", "\1") RR_HEAD("\x0c") "\0\2\xc0\x23")},
	{WIRE(HEAD("\x81\x80", "\1") RR_HEAD("\x0c") "\0\4\1x\xc0\x23")},
	{WIRE(HEAD("\x81\x80", "\2") RR_HEAD("\x10") "\0\2\xc0\x31" RR_HEAD(
		"\x0c") "\0\2\xc0\x23")},
};

START_TEST(refuses_names)
{
	struct dns_record rr[4];
	enum dns_rcode rcode;
	bool truncated;

	ck_assert_int_eq(records(bad_ptr[_i].wire, bad_ptr[_i].n, DNS_PTR, rr,
				 &rcode, &truncated),
			 -1);
}
END_TEST

START_TEST(rcode_and_ttl)
{
	uint8_t msg[] = HEAD("\x81\x80", "\1") RR_HEAD("\1") "\0\4\xc0\0\2\1";
	struct dns_record rr[4];
	enum dns_rcode rcode;
	bool tc;

	for (unsigned code = 0; code < 16; code++) {
		msg[3] = (uint8_t)(0x80 | code);
		ck_assert_int_eq(
			records(msg, sizeof(msg) - 1, DNS_A, rr, &rcode, &tc),
			1);
		ck_assert_uint_eq(rcode, code);
	}
	msg[29] = 0x80; /* RFC 2181: a TTL that looks negative is 0 */
	ck_assert_int_eq(records(msg, sizeof(msg) - 1, DNS_A, rr, &rcode, &tc),
			 1);
	ck_assert_uint_eq(rr[0].ttl, 0);
}
END_TEST

static const struct {
	const char *name, *address; /* NULL: none */
	bool both_ways;
} reverse[] = {
	{"1.2.0.192.in-addr.arpa", "192.0.2.1", true},
	{"255.255.255.255.in-addr.arpa", "255.255.255.255", true},
	{"1.2.0.192.IN-ADDR.ARPA.", "192.0.2.1", false},
	{"7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
	 "ip6.arpa",
	 "2001:db8::7", true},
	{"F.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2."
	 "Ip6.Arpa.",
	 "2001:db8::f", false},
	{"1.0.2.0.0.0.0.c.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
	 "ip6.arpa",
	 "192.0.2.1", false}, /* mapped */
	{"2.0.192.in-addr.arpa", NULL, false},
	{"1.1.2.0.192.in-addr.arpa", NULL, false},
	{"256.2.0.192.in-addr.arpa", NULL, false},
	{"01.2.0.192.in-addr.arpa", NULL, false},
	{"1..0.192.in-addr.arpa", NULL, false},
	{"1.2.0.x.in-addr.arpa", NULL, false},
	{"1.2.0.192.in-addr.arpb", NULL, false},
	{"1.2.0.192\x0ein-addr.arpa", NULL, false},
	{"1.2.0.192xin-addr.arpa", NULL, false},
	{".in-addr.arpa", NULL, false},
	{"in-addr.arpa", NULL, false},
	{".ip6.arpa", NULL, false},
	{"arpa", NULL, false},
	{"192.0.2.1.", NULL, false},
	{"7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0."
	 "ip6.arpa",
	 NULL, false},
	{"g.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
	 "ip6.arpa",
	 NULL, false},
	{"7-0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
	 "ip6.arpa",
	 NULL, false},
};

START_TEST(reverses)
{
	struct endpoint name = at(reverse[_i].name), ep = {0}, back, want;

	ck_assert_int_eq(dns_reverse_address(&name, &ep),
			 reverse[_i].address != NULL);
	if (!reverse[_i].address)
		return;
	want = at(reverse[_i].address);
	ck_assert(endpoint_equal(&ep, &want));
	if (!reverse[_i].both_ways)
		return;
	dns_reverse_name(&ep, &back);
	ck_assert_int_eq(back.kind, ENDPOINT_NAME);
	ck_assert_str_eq(back.name, reverse[_i].name);
}
END_TEST

START_TEST(reverses_only_addresses)
{
	struct endpoint none = {0}, name = at("x"), ep = at("192.0.2.1");

	ck_assert(!dns_reverse_address(&none, &name));
	ck_assert(!dns_reverse_address(&ep, &name));
	dns_reverse_name(&name, &ep);
	ck_assert_int_eq(ep.kind, ENDPOINT_NONE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dns_message");
	TCase *tc = tcase_create("dns_message");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_add_test(tc, query_on_the_wire);
	tcase_add_loop_test(tc, query_and_question, 0, ARRAY_SIZE(names));
	tcase_add_loop_test(tc, reads_queries, 0, ARRAY_SIZE(queries));
	tcase_add_loop_test(tc, reads_edns, 0, ARRAY_SIZE(extras));
	tcase_add_test(tc, answers_on_the_wire);
	tcase_add_loop_test(tc, replies_on_the_wire, 0, ARRAY_SIZE(replies));
	tcase_add_loop_test(tc, reads_answers, 0, ARRAY_SIZE(answers));
	tcase_add_loop_test(tc, refuses_answers, 0, ARRAY_SIZE(malformed));
	tcase_add_loop_test(tc, refuses_names, 0, ARRAY_SIZE(bad_ptr));
	tcase_add_test(tc, rcode_and_ttl);
	tcase_add_loop_test(tc, reverses, 0, ARRAY_SIZE(reverse));
	tcase_add_test(tc, reverses_only_addresses);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
