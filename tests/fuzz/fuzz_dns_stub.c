/* SPDX-License-Identifier: MIT */
/*
 * The input is a query, behind one octet that says how it comes. Whatever it
 * is, the answer must be one to this query, in its room, and must not lead
 * past the fakes; the same query must have the same answer once more.
 */
#include <string.h>
#include <sys/mman.h>

#include "fuzz.h"
#include "policy/dns_stub.h"
#include "socks/dns_message.h"

static const char hosts[] = "10.0.0.1 a alpha\n"
			    "fd00::1 a\n"
			    "10.0.0.2 b.invalid\n";

static int ask(void *arg, const char *name,
	       struct endpoint real[static NAMES_REAL_MAX])
{
	(void)arg;
	real[0] = (struct endpoint){.kind = ENDPOINT_IPV4};
	return name[0] == 'l' ? -1 : name[0] != 'n'; /* later, no such name */
}

static bool reported;

static void report(void *arg, const char *where, const char *what)
{
	(void)arg;
	(void)where;
	(void)what;
	reported = true;
}

/*
 * The table is empty each time, so that a run depends on its input alone: what
 * was in use of it is zeroed, for all of it would take long.
 */
static struct run *new_run(void)
{
	static struct run *run;
	static struct config c;

	if (!run) {
		run = mmap(NULL, sizeof(*run), PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		CHECK(run != MAP_FAILED);
		config_init(&c);
		CHECK(config_add_rules(&c, ROUTE_DIRECT, ".home", "",
				       report, NULL) && !reported);
		c.fake_ipv4_prefix = 24;
		run_init(run, &c, 1);
		return run;
	}
	memset(run->names.arena, 0, run->names.arena_used);
	memset(&run->names, 0,
	       offsetof(struct names, slot[run->names.slots]));
	names_init(&run->names, c.fake_ipv4, 24, c.fake_ipv6);
	return run;
}

static unsigned u16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* An address that a program may have: local, or a fake. */
static bool is_tame(const struct run *run, const struct endpoint *ep)
{
	struct endpoint fake = *ep;

	return names_slot(&run->names, &fake) >= 0 ||
	       endpoint_is_loopback(ep) || !endpoint_is_public(ep);
}

static void check_records(const struct run *run, const struct dns_question *q,
			  const uint8_t *answer, size_t n)
{
	struct dns_record rr[RESOLVED_MAX];
	enum dns_rcode rcode;
	bool truncated;
	unsigned count = u16(answer + 6);
	int found;

	found = dns_get_records(answer, n, q->id, q->type, rr, RESOLVED_MAX,
				&rcode, &truncated);
	if (q->type != DNS_A && q->type != DNS_AAAA && q->type != DNS_PTR) {
		CHECK(count == 0);
		return;
	}
	CHECK(found >= 0 && (unsigned)found == count);
	CHECK(!count || (rcode == DNS_NOERROR && !truncated));
	for (int i = 0; i < found; i++) {
		CHECK(rr[i].ttl == DNS_STUB_TTL);
		CHECK(q->type == DNS_PTR || is_tame(run, &rr[i].value));
	}
}

static void check_answer(const struct run *run, const uint8_t *query, size_t n,
			 const uint8_t *answer, size_t len, bool tcp)
{
	struct dns_question q;
	int rcode = dns_get_query(query, n, &q);

	CHECK(rcode >= 0);
	CHECK(tcp || len <= q.udp_size);
	CHECK(len >= q.end);
	CHECK(!memcmp(answer, query, 2));
	CHECK((answer[2] & 0xf9) == (0x80 | (query[2] & 0x79)));
	CHECK(!memcmp(answer + 12, query + 12, q.end - 12));
	if (rcode != DNS_NOERROR) {
		CHECK((answer[3] & 15) == (rcode & 15));
		CHECK(u16(answer + 6) == 0);
		return;
	}
	CHECK((answer[3] & 15) != DNS_FORMERR && (answer[3] & 15) != DNS_NOTIMP);
	check_records(run, &q, answer, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t answer[DNS_STUB_ANSWER_MAX + 1], again[sizeof(answer)];
	struct resolver from = {
		.hosts = hosts,
		.hosts_len = sizeof(hosts) - 1,
		.own_name = "box",
		.ask = ask,
		.now = 1,
	};
	struct dns_question q;
	size_t room, n;
	bool tcp;

	if (!size)
		return 0;
	tcp = data[0] & 1;
	room = data[0] & 2 ? (data[0] >> 2) * 8 : DNS_STUB_ANSWER_MAX;
	data++;
	size--;
	from.run = new_run();
	memset(answer, '#', sizeof(answer));
	n = dns_stub_answer(&from, data, size, answer, room, tcp);
	CHECK(n <= room);
	for (size_t i = room; i < sizeof(answer); i++)
		CHECK(answer[i] == '#');
	CHECK(from.run->names.count <= 1);
	if (n)
		check_answer(from.run, data, size, answer, n, tcp);
	else if (room >= DNS_UDP_MIN && dns_get_query(data, size, &q) >= 0)
		CHECK((q.name.name[0] | 0x20) == 'l'); /* not known yet */
	CHECK(dns_stub_answer(&from, data, size, again, room, tcp) == n);
	CHECK(!memcmp(answer, again, n));
	return 0;
}
