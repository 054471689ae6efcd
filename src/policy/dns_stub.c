/* SPDX-License-Identifier: MIT */
#include "policy/dns_stub.h"

#include "base/text.h"
#include "socks/dns_message.h"

#define DOMAIN_PORT 53 /* RFC 1035 section 4.2 */
#define NOT_YET     (-1)

struct answer {
	struct dns_record rr[RESOLVED_MAX];
	size_t count;
};

static void add(struct answer *a, uint16_t type, const struct endpoint *value)
{
	a->rr[a->count++] = (struct dns_record){
		.type = type,
		.ttl = DNS_STUB_TTL,
		.value = *value,
	};
}

static int answer_address(const struct resolver *from, const char *name,
			  uint16_t type, struct answer *a)
{
	struct resolved r;

	switch (resolved_name(&r, from, name,
			      type == DNS_AAAA ? AF_INET6 : AF_INET)) {
	case RESOLVE_OK:
		for (unsigned i = 0; i < r.count; i++)
			add(a, type, &r.addr[i]);
		return DNS_NOERROR;
	case RESOLVE_NO_DATA:
		return DNS_NOERROR;
	case RESOLVE_NO_NAME:
		return DNS_NXDOMAIN;
	case RESOLVE_LATER:
		return NOT_YET;
	case RESOLVE_AGAIN:
	case RESOLVE_FAIL:
		break;
	}
	return DNS_SERVFAIL;
}

static int answer_pointer(const struct resolver *from,
			  const struct endpoint *address, struct answer *a)
{
	struct endpoint name = {0};

	if (!resolved_address(from, address, &name))
		return DNS_NXDOMAIN;
	add(a, DNS_PTR, &name);
	return DNS_NOERROR;
}

static bool is_literal(const struct endpoint *name)
{
	struct endpoint ep = {0};

	return endpoint_parse_host(&ep, name->name, name->name_len) &&
	       ep.kind != ENDPOINT_NAME;
}

/* Return: an RCODE, or NOT_YET */
static int look_up(const struct resolver *from, struct dns_question *q,
		   struct answer *a)
{
	struct endpoint address;
	char *name = q->name.name;

	if (q->class != DNS_CLASS_IN && q->class != DNS_CLASS_ANY)
		return DNS_REFUSED;
	if (q->odd)
		return DNS_NXDOMAIN;
	if (q->name.kind != ENDPOINT_NAME) /* the root has no such records */
		return DNS_NOERROR;
	if (is_literal(&q->name))
		return DNS_NXDOMAIN;
	for (char *c = name; *c; c++)
		*c = text_lower(*c);
	if (q->type == DNS_PTR && dns_reverse_address(&q->name, &address))
		return answer_pointer(from, &address, a);
	if (q->type == DNS_A || q->type == DNS_AAAA)
		return answer_address(from, name, q->type, a);
	return resolved_exists(from, name) ? DNS_NOERROR : DNS_NXDOMAIN;
}

size_t dns_stub_answer(const struct resolver *from, const uint8_t *query,
		       size_t n, uint8_t *answer, size_t room, bool tcp)
{
	struct dns_question q;
	struct answer a;
	int rcode = dns_get_query(query, n, &q);
	size_t len;

	a.count = 0;
	if (rcode == DNS_NOERROR)
		rcode = look_up(from, &q, &a);
	if (rcode < 0)
		return 0;
	if (!tcp && room > q.udp_size)
		room = q.udp_size;
	len = dns_put_answer(answer, room, query, &q, (enum dns_rcode)rcode,
			     a.rr, a.count);
	return len ? len : dns_put_truncated(answer, room, query, &q);
}

enum dns_stub_place dns_stub_place(const struct config *c,
				   const struct destination *d)
{
	if (d->verdict.judge == JUDGED_NAME_SERVER)
		return c->dns == CONFIG_DNS_ADDR ? DNS_STUB_SERVER
						 : DNS_STUB_HERE;
	return c->dns == CONFIG_DNS_FAKE && d->verdict.route == ROUTE_PROXY &&
			       d->target.port == DOMAIN_PORT &&
			       d->target.kind != ENDPOINT_NAME
		       ? DNS_STUB_HERE
		       : DNS_STUB_NOT;
}
