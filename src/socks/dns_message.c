/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/text.h"
#include "socks/dns_message.h"

/* RFC 1035 section 4.1.1. */
#define HEADER_OCTETS 12
#define FLAG_QR	      0x8000
#define MASK_OPCODE   0x7800
#define FLAG_TC	      0x0200
#define FLAG_RD	      0x0100
#define FLAG_RA	      0x0080
#define FLAG_CD	      0x0010 /* RFC 4035 section 3.2.2: copied as RD is */
#define MASK_RCODE    0x000f

/*
 * RFC 6891 section 6.1. The size is the one that passes everywhere (DNS flag
 * day 2020). What is a TTL elsewhere: extended RCODE, VERSION, DO and flags.
 */
#define TYPE_OPT     41
#define UDP_MAX_SIZE 1232
#define OPT_DO       0x8000
#define OPT_VERSION  0x00ff0000

#define LABEL_MAX     63
#define WIRE_NAME_MAX 255
#define POINTER	      0xc000 /* the two high bits of a length octet */
#define POINTER_MAX   0x3fff

struct header {
	uint16_t id, flags;
	uint16_t questions, answers, authorities, additional;
};

/* A name as text. RFC 1035's 255 octets on the wire are 253 here. */
struct name {
	char text[ENDPOINT_NAME_MAX];
	size_t len; /* 0: the root */
	bool odd;   /* a label with '.' or NUL: no text can stand for it */
};

static bool get_header(struct reader *r, struct header *h)
{
	h->id = read_u16(r);
	h->flags = read_u16(r);
	h->questions = read_u16(r);
	h->answers = read_u16(r);
	h->authorities = read_u16(r);
	h->additional = read_u16(r);
	return !r->bad;
}

static void put_header(struct writer *w, const struct header *h)
{
	write_u16(w, h->id);
	write_u16(w, h->flags);
	write_u16(w, h->questions);
	write_u16(w, h->answers);
	write_u16(w, h->authorities);
	write_u16(w, h->additional);
}

static void put_opt(struct writer *w, uint32_t ttl)
{
	write_u8(w, 0); /* stands at the root, */
	write_u16(w, TYPE_OPT);
	write_u16(w, UDP_MAX_SIZE); /* has its size for a class, */
	write_u32(w, ttl);
	write_u16(w, 0); /* and no options */
}

static void append_label(struct name *name, const uint8_t *p, size_t n)
{
	name->odd |= memchr(p, '.', n) || memchr(p, '\0', n);
	if (name->len)
		name->text[name->len++] = '.';
	memcpy(name->text + name->len, p, n);
	name->len += n;
}

/*
 * Read a name of @msg and put @r behind it. A compression pointer may only
 * lead to before where the labels began that it ends (RFC 1035 section 4.1.4:
 * "a prior occurrence"), and not into the header: each jump goes strictly
 * backwards, so that no loop is possible.
 */
static bool read_name(struct reader *r, const uint8_t *msg, struct name *name)
{
	struct reader at = *r;
	const uint8_t *start = r->p;
	size_t wire = 0;
	bool jumped = false;

	name->len = 0;
	name->odd = false;
	for (;;) {
		uint8_t n = read_u8(&at);
		const uint8_t *p;

		if (n > LABEL_MAX) {
			size_t to = (size_t)(n << 8 | read_u8(&at));

			if (at.bad || to < POINTER)
				break;
			to -= POINTER;
			if (to < HEADER_OCTETS || to >= (size_t)(start - msg))
				break;
			if (!jumped)
				r->p = at.p;
			jumped = true;
			start = at.p = msg + to;
			continue;
		}
		p = read_mem(&at, n);
		wire += 1u + n;
		if (at.bad || wire > WIRE_NAME_MAX)
			break;
		if (!n) {
			if (!jumped)
				r->p = at.p;
			return true;
		}
		append_label(name, p, n);
	}
	r->bad = true;
	return false;
}

/* "" and names with empty labels are impossible; "." is the root. */
static void write_name(struct writer *w, const char *name, size_t len)
{
	const uint8_t *start = w->p;
	const char *end = name + len;

	if (!len || memchr(name, '\0', len))
		w->bad = true;
	if (len && end[-1] == '.')
		end--;
	if (end == name && len == 1) {
		write_u8(w, 0);
		return;
	}
	while (!w->bad) {
		const char *dot = memchr(name, '.', (size_t)(end - name));
		size_t n = (size_t)((dot ? dot : end) - name);

		if (!n || n > LABEL_MAX)
			w->bad = true;
		write_u8(w, (uint8_t)n);
		write_mem(w, name, n);
		if (!dot)
			break;
		name = dot + 1;
	}
	write_u8(w, 0);
	if (w->p - start > WIRE_NAME_MAX)
		w->bad = true;
}

size_t dns_put_query(uint8_t buf[static DNS_QUERY_MAX], uint16_t id,
		     const char *name, size_t len, uint16_t type,
		     uint16_t class)
{
	struct writer w = writer_of(buf, DNS_QUERY_MAX);
	struct header h = {
		.id = id,
		.flags = FLAG_RD,
		.questions = 1,
		.additional = 1,
	};

	put_header(&w, &h);
	write_name(&w, name, len);
	write_u16(&w, type);
	write_u16(&w, class);
	put_opt(&w, 0);
	return w.bad ? 0 : (size_t)(w.p - buf);
}

static bool read_question(struct reader *r, const uint8_t *msg,
			  struct dns_question *q)
{
	struct name name;

	read_name(r, msg, &name);
	q->type = read_u16(r);
	q->class = read_u16(r);
	if (r->bad)
		return false;
	q->end = (size_t)(r->p - msg);
	q->odd = name.odd;
	if (!name.odd)
		endpoint_set_name(&q->name, name.text, name.len);
	return true;
}

/* Pass over a name, following no pointer. Return: was it the root's? */
static bool skip_name(struct reader *r)
{
	const uint8_t *start = r->p;
	uint8_t n;

	while ((n = read_u8(r)) && n <= LABEL_MAX)
		read_mem(r, n);
	if (n && (unsigned)(n << 8 | read_u8(r)) < POINTER)
		r->bad = true;
	return !n && r->p == start + 1;
}

/* Read one record of a query; OPT is the only one that says anything. */
static enum dns_rcode read_additional(struct reader *r, bool additional,
				      struct dns_question *q)
{
	bool root = skip_name(r);
	uint16_t type = read_u16(r), size = read_u16(r);
	uint32_t ttl = read_u32(r);

	read_mem(r, read_u16(r));
	if (r->bad)
		return DNS_FORMERR;
	if (!additional || type != TYPE_OPT)
		return DNS_NOERROR;
	if (!root || q->edns)
		return DNS_FORMERR;
	q->edns = true;
	q->dnssec_ok = ttl & OPT_DO;
	if (size > DNS_UDP_MIN)
		q->udp_size = size;
	return ttl & OPT_VERSION ? DNS_BADVERS : DNS_NOERROR;
}

int dns_get_query(const uint8_t *msg, size_t n, struct dns_question *q)
{
	struct reader r = reader_of(msg, n);
	enum dns_rcode rcode = DNS_NOERROR;
	struct header h;
	unsigned before;

	*q = (struct dns_question){
		.end = HEADER_OCTETS,
		.udp_size = DNS_UDP_MIN,
	};
	if (!get_header(&r, &h) || h.flags & FLAG_QR)
		return -1;
	q->id = h.id;
	q->recursion_desired = h.flags & FLAG_RD;
	if (h.flags & MASK_OPCODE)
		return DNS_NOTIMP;
	if (h.questions != 1 || !read_question(&r, msg, q))
		return DNS_FORMERR;
	before = (unsigned)h.answers + h.authorities;
	for (unsigned i = 0; i < before + h.additional && !rcode; i++)
		rcode = read_additional(&r, i >= before, q);
	return (int)rcode;
}

static void write_rdata(struct writer *w, const struct dns_record *rr)
{
	const struct endpoint *v = &rr->value;
	struct sockaddr_storage ss;
	struct sockaddr_in6 sin6;

	if (rr->type == DNS_A && v->kind == ENDPOINT_IPV4) {
		write_mem(w, v->ipv4, sizeof(v->ipv4));
	} else if (rr->type == DNS_AAAA &&
		   endpoint_to_sockaddr(v, AF_INET6, &ss)) {
		/* By way of a sockaddr, because that maps IPv4 into IPv6. */
		memcpy(&sin6, &ss, sizeof(sin6));
		write_mem(w, &sin6.sin6_addr, sizeof(sin6.sin6_addr));
	} else if ((rr->type == DNS_PTR || rr->type == DNS_CNAME) &&
		   v->kind == ENDPOINT_NAME) {
		write_name(w, v->name, v->name_len);
	} else {
		w->bad = true;
	}
}

/* The header, and the question if there is one that could be read. */
static void begin_answer(struct writer *w, const uint8_t *query,
			 const struct dns_question *q, unsigned flags,
			 size_t nrr)
{
	uint16_t asked = (uint16_t)(query[2] << 8 | query[3]);
	struct header h = {
		.id = q->id,
		.flags = (uint16_t)(FLAG_QR | FLAG_RA | flags |
				    (asked &
				     (MASK_OPCODE | FLAG_RD | FLAG_CD))),
		.questions = q->end > HEADER_OCTETS,
		.answers = (uint16_t)nrr,
		.additional = q->edns,
	};

	if (nrr > UINT16_MAX)
		w->bad = true;
	put_header(w, &h);
	write_mem(w, query + HEADER_OCTETS, q->end - HEADER_OCTETS);
}

static size_t end_answer(struct writer *w, const uint8_t *buf,
			 const struct dns_question *q, enum dns_rcode rcode)
{
	if (q->edns)
		put_opt(w, (uint32_t)rcode >> 4 << 24 |
				   (q->dnssec_ok ? OPT_DO : 0));
	return w->bad ? 0 : (size_t)(w->p - buf);
}

size_t dns_put_answer(uint8_t *buf, size_t cap, const uint8_t *query,
		      const struct dns_question *q, enum dns_rcode rcode,
		      const struct dns_record *rr, size_t nrr)
{
	struct writer w = writer_of(buf, cap);
	size_t owner = HEADER_OCTETS; /* the question's name */

	begin_answer(&w, query, q, rcode & MASK_RCODE, nrr);
	for (size_t i = 0; i < nrr && !w.bad; i++) {
		struct writer len;

		write_u16(&w, (uint16_t)(POINTER | owner));
		write_u16(&w, rr[i].type);
		write_u16(&w, q->class == DNS_CLASS_ANY ? DNS_CLASS_IN
							: q->class);
		write_u32(&w, rr[i].ttl);
		len = w;
		write_u16(&w, 0);
		write_rdata(&w, &rr[i]);
		if (w.bad)
			break;
		write_u16(&len, (uint16_t)(w.p - len.p - 2));
		/* What stands after a CNAME belongs to the name it gives. */
		if (rr[i].type == DNS_CNAME)
			owner = (size_t)(len.p - buf);
		if (owner > POINTER_MAX)
			w.bad = true;
	}
	return end_answer(&w, buf, q, rcode);
}

size_t dns_put_truncated(uint8_t *buf, size_t cap, const uint8_t *query,
			 const struct dns_question *q)
{
	struct writer w = writer_of(buf, cap);

	begin_answer(&w, query, q, FLAG_TC, 0);
	return end_answer(&w, buf, q, DNS_NOERROR);
}

/*
 * Read the RDATA at @r, of @n octets, of a record of a type that
 * dns_get_records() may be asked for.
 * Return: was it a value? (@r is bad if it was not well-formed either)
 */
static bool read_rdata(struct reader *r, const uint8_t *msg, size_t n,
		       struct dns_record *rr)
{
	struct reader in = *r;
	const uint8_t *end = r->p + n;
	struct name name;
	bool good;

	if (!read_mem(r, n))
		return false;
	if (rr->type == DNS_A && n == sizeof(rr->value.ipv4)) {
		endpoint_set_ipv4(&rr->value, in.p);
		return true;
	}
	if (rr->type == DNS_AAAA && n == sizeof(rr->value.ipv6)) {
		endpoint_set_ipv6(&rr->value, in.p);
		return true;
	}
	good = (rr->type == DNS_PTR || rr->type == DNS_CNAME) &&
	       read_name(&in, msg, &name) && in.p == end;
	if (!good) {
		r->bad = true;
		return false;
	}
	return !name.odd && endpoint_set_name(&rr->value, name.text, name.len);
}

/* Read one record. Return: was it one of @type, and is it in @rr? */
static bool read_record(struct reader *r, const uint8_t *msg, uint16_t type,
			struct dns_record *rr)
{
	struct name owner;
	uint16_t class, n;

	*rr = (struct dns_record){0};
	read_name(r, msg, &owner);
	rr->type = read_u16(r);
	class = read_u16(r);
	rr->ttl = read_u32(r);
	n = read_u16(r);
	if (rr->ttl > INT32_MAX) /* RFC 2181 section 8 */
		rr->ttl = 0;
	if (class == DNS_CLASS_IN && rr->type == type)
		return read_rdata(r, msg, n, rr);
	read_mem(r, n);
	return false;
}

int dns_get_records(const uint8_t *msg, size_t n, uint16_t id, uint16_t type,
		    struct dns_record *rr, size_t max, enum dns_rcode *rcode,
		    bool *truncated)
{
	struct reader r = reader_of(msg, n);
	struct header h;
	struct name name;
	size_t found = 0;

	*rcode = DNS_SERVFAIL;
	*truncated = false;
	if (!get_header(&r, &h) || h.id != id || !(h.flags & FLAG_QR) ||
	    h.flags & MASK_OPCODE)
		return -1;
	*rcode = h.flags & MASK_RCODE;
	*truncated = h.flags & FLAG_TC;

	for (unsigned i = 0; i < h.questions && !r.bad; i++) {
		read_name(&r, msg, &name);
		read_u32(&r); /* QTYPE, QCLASS */
	}
	for (unsigned i = 0; i < h.answers && !r.bad && found < max; i++) {
		struct dns_record got;

		if (read_record(&r, msg, type, &got))
			rr[found++] = got;
	}
	/* Where it says so itself, what came before the cut is good. */
	return r.bad && !*truncated ? -1 : (int)found;
}

/* Where @suffix (lower case) begins at the end of @name; NULL: nowhere. */
static const char *before(const struct endpoint *name, const char *suffix)
{
	size_t n = name->name_len, s = strlen(suffix);
	const char *end;

	if (name->kind != ENDPOINT_NAME)
		return NULL;
	if (name->name[n - 1] == '.')
		n--;
	if (n < s)
		return NULL;
	end = name->name + n - s;
	/* @suffix is lower case; setting the bit does no harm to dots, digits
	 */
	for (size_t i = 0; i < s; i++)
		if (text_lower(end[i]) != suffix[i])
			return NULL;
	return end;
}

static bool reverse_ipv4(const char *p, const char *end, uint8_t addr[4])
{
	for (int i = 3; i >= 0; i--) {
		unsigned v = 0, digits = 0;

		for (; p < end && *p >= '0' && *p <= '9'; p++, digits++) {
			v = v * 10 + (unsigned)(*p - '0');
			if (v > 255 || (digits && v < 10)) /* "01" */
				return false;
		}
		if (!digits || (i && (p == end || *p++ != '.')))
			return false;
		addr[i] = (uint8_t)v;
	}
	return p == end;
}

static bool reverse_ipv6(const char *p, const char *end, uint8_t addr[16])
{
	if (end - p != 32 * 2 - 1)
		return false;
	memset(addr, 0, 16);
	for (unsigned i = 0; i < 32; i++, p += 2) {
		unsigned c = (uint8_t)*p, v;

		if (c >= '0' && c <= '9')
			v = c - '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v = (c | 0x20) - 'a' + 10;
		else
			return false;
		if (i < 31 && p[1] != '.')
			return false;
		addr[15 - i / 2] |= (uint8_t)(i & 1 ? v << 4 : v);
	}
	return true;
}

bool dns_reverse_address(const struct endpoint *name, struct endpoint *ep)
{
	const char *end;
	uint8_t addr[16];

	*ep = (struct endpoint){0};
	end = before(name, ".in-addr.arpa");
	if (end && reverse_ipv4(name->name, end, addr)) {
		endpoint_set_ipv4(ep, addr);
		return true;
	}
	end = before(name, ".ip6.arpa");
	if (end && reverse_ipv6(name->name, end, addr)) {
		endpoint_set_ipv6(ep, addr);
		return true;
	}
	return false;
}

void dns_reverse_name(const struct endpoint *ep, struct endpoint *name)
{
	char buf[ENDPOINT_NAME_MAX];
	struct text t;

	*name = (struct endpoint){0};
	text_init(&t, buf, sizeof(buf));
	if (ep->kind == ENDPOINT_IPV4) {
		for (int i = 3; i >= 0; i--) {
			text_uint(&t, ep->ipv4[i]);
			text_char(&t, '.');
		}
		text_str(&t, "in-addr.arpa");
	} else if (ep->kind == ENDPOINT_IPV6) {
		for (int i = 15; i >= 0; i--) {
			text_hex(&t, ep->ipv6[i] & 15);
			text_char(&t, '.');
			text_hex(&t, ep->ipv6[i] >> 4);
			text_char(&t, '.');
		}
		text_str(&t, "ip6.arpa");
	}
	endpoint_set_name(name, buf, t.len); /* of no octets: NONE remains */
}
