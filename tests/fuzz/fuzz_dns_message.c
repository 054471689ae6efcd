/* SPDX-License-Identifier: MIT */
/*
 * The input is read as a query, as an answer and as a name. What was read as
 * a query must be answerable, and its answer must read back.
 */
#include <string.h>

#include "fuzz.h"
#include "socks/dns_message.h"

static uint16_t u16(const uint8_t *p)
{
	return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

/* What every answer has, whatever is answered. */
static void answer_head(const uint8_t *query, const struct dns_question *q,
			const uint8_t *msg, size_t n, unsigned rcode)
{
	size_t opt = q->edns ? 11 : 0;

	CHECK(n >= q->end + opt);
	CHECK(u16(msg) == q->id);
	CHECK((msg[2] & 0xf9) == (0x80 | (query[2] & 0x79)));
	CHECK(msg[3] == (0x80 | (query[3] & 0x10) | (rcode & 15)));
	CHECK(u16(msg + 4) == (q->end > 12) && !u16(msg + 8));
	CHECK(!memcmp(msg + 12, query + 12, q->end - 12));
	CHECK(u16(msg + 10) == q->edns);
	if (q->edns) {
		CHECK(!memcmp(msg + n - opt, "\0\0\x29\4\xd0", 5));
		CHECK(msg[n - 6] == rcode >> 4 && !msg[n - 5]);
		CHECK(u16(msg + n - 4) == (q->dnssec_ok ? 0x8000 : 0));
	}
}

static void answer_error(const uint8_t *query, const struct dns_question *q,
			 enum dns_rcode rcode)
{
	uint8_t buf[DNS_UDP_MIN];
	size_t n = dns_put_answer(buf, sizeof(buf), query, q, rcode, NULL, 0);

	answer_head(query, q, buf, n, rcode);
	CHECK(!u16(buf + 6));
	n = dns_put_truncated(buf, sizeof(buf), query, q);
	answer_head(query, q, buf, n, DNS_NOERROR);
	CHECK(!u16(buf + 6) && buf[2] & 2);
}

static void answer(const uint8_t *query, const struct dns_question *q)
{
	struct dns_record rr[3] = {{DNS_CNAME, 1, q->name},
				   {DNS_A, 2, {0}},
				   {DNS_PTR, 3, q->name}},
			  got[3];
	uint8_t buf[1500], cut[1500];
	struct dns_question again;
	enum dns_rcode rcode;
	bool truncated;
	size_t n, cap;

	endpoint_set_ipv4(&rr[1].value, (const uint8_t[]){192, 0, 2, 1});
	n = dns_put_answer(buf, sizeof(buf), query, q, DNS_NXDOMAIN, rr, 3);
	if (q->name.kind == ENDPOINT_NONE) { /* no record has such a value */
		CHECK(n == 0);
		return;
	}
	answer_head(query, q, buf, n, DNS_NXDOMAIN);
	CHECK(u16(buf + 6) == 3);
	CHECK(dns_get_query(buf, n, &again) < 0); /* not a query any more */
	CHECK(dns_get_records(buf, n, q->id, DNS_PTR, got, 3, &rcode,
			      &truncated) ==
	      (q->class == 1 || q->class == 255));
	CHECK(rcode == DNS_NXDOMAIN && !truncated);
	if (q->class == 1) {
		CHECK(endpoint_equal(&got[0].value, &q->name));
		CHECK(got[0].ttl == 3);
	}
	cap = n - 1 - query[0] % n;
	memset(cut, '#', sizeof(cut));
	CHECK(!dns_put_answer(cut, cap, query, q, DNS_NXDOMAIN, rr, 3));
	for (size_t i = cap; i < sizeof(cut); i++)
		CHECK(cut[i] == '#');
}

static void records(const uint8_t *msg, size_t n, uint16_t type)
{
	static const enum endpoint_kind last[] = {
		[DNS_A] = ENDPOINT_IPV4,
		[DNS_CNAME] = ENDPOINT_NAME,
		[DNS_PTR] = ENDPOINT_NAME,
		[DNS_AAAA] = ENDPOINT_IPV6,
	};
	struct dns_record rr[4];
	struct endpoint name;
	enum dns_rcode rcode;
	bool truncated;
	uint16_t id = n < 2 ? 0 : (uint16_t)((unsigned)msg[0] << 8 | msg[1]);
	int found =
		dns_get_records(msg, n, id, type, rr, 3, &rcode, &truncated);

	CHECK(found >= -1 && found <= 3);
	CHECK(rcode < 16);
	for (int i = 0; i < found; i++) {
		CHECK(rr[i].type == type);
		/* An AAAA of a mapped address is held as IPv4. */
		CHECK(rr[i].value.kind == last[type] ||
		      (type == DNS_AAAA && rr[i].value.kind == ENDPOINT_IPV4));
		if (rr[i].value.kind != ENDPOINT_NAME) {
			struct endpoint back;

			dns_reverse_name(&rr[i].value, &name);
			CHECK(dns_reverse_address(&name, &back));
			CHECK(endpoint_same_host(&back, &rr[i].value));
		} else {
			CHECK(rr[i].value.name_len <= 253);
			dns_reverse_address(&rr[i].value, &name);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t buf[DNS_QUERY_MAX];
	struct dns_question q;
	struct endpoint name = {0}, ep;
	size_t n;
	int rcode = dns_get_query(data, size, &q);

	CHECK(rcode >= 0 || size < 12 || data[2] & 0x80);
	if (rcode >= 0) {
		CHECK(q.end == 12 || (q.end >= 17 && q.end <= size));
		CHECK(q.udp_size >= DNS_UDP_MIN);
		answer_error(data, &q, (enum dns_rcode)rcode);
	}
	if (rcode == DNS_NOERROR)
		answer(data, &q);
	records(data, size, DNS_A);
	records(data, size, DNS_AAAA);
	records(data, size, DNS_PTR);
	records(data, size, DNS_CNAME);

	n = dns_put_query(buf, 1, (const char *)data, size, DNS_A, 1);
	if (n) {
		CHECK(n <= sizeof(buf));
		CHECK(dns_get_query(buf, n, &q) == DNS_NOERROR);
		CHECK(q.end + 11 == n && q.edns);
		if (endpoint_set_name(&name, (const char *)data, size) &&
		    q.name.kind)
			CHECK(endpoint_same_host(&name, &q.name));
	}
	if (endpoint_set_name(&name, (const char *)data, size))
		dns_reverse_address(&name, &ep);
	return 0;
}
