/* SPDX-License-Identifier: MIT */
/*
 * The input is read as a query, as an answer and as a name. What was read as
 * a query must be answerable, and its answer must read back.
 */
#include <string.h>

#include "fuzz.h"
#include "socks/dns_message.h"

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
	CHECK(n > q->end);
	CHECK(!dns_get_question(buf, n, &again)); /* not a query any more */
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

	if (dns_get_question(data, size, &q)) {
		CHECK(q.end >= 17 && q.end <= size);
		answer(data, &q);
	}
	records(data, size, DNS_A);
	records(data, size, DNS_AAAA);
	records(data, size, DNS_PTR);
	records(data, size, DNS_CNAME);

	n = dns_put_query(buf, 1, (const char *)data, size, DNS_A, 1);
	if (n) {
		CHECK(n <= sizeof(buf));
		CHECK(dns_get_question(buf, n, &q));
		CHECK(q.end + 11 == n);
		if (endpoint_set_name(&name, (const char *)data, size) &&
		    q.name.kind)
			CHECK(endpoint_same_host(&name, &q.name));
	}
	if (endpoint_set_name(&name, (const char *)data, size))
		dns_reverse_address(&name, &ep);
	return 0;
}
