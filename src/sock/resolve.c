/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>

#include "libc/sys.h"
#include "policy/hosts.h"
#include "sock/dns_query.h"
#include "sock/hosts_file.h"
#include "sock/resolve.h"
#include "sock/wait.h"
#include "socks/dns_message.h"

#define FAKE_TTL 60 /* seconds, in answers made from the name table */

/* Ask the system's name servers, past the proxy, for one type of address. */
static size_t lookup_direct(struct run *run, const char *name, uint16_t type,
			    struct endpoint *ep, size_t max)
{
	struct endpoint server[RESOLV_SERVERS_MAX];
	struct dns_record rr[NAMES_REAL_MAX];
	uint8_t query[DNS_QUERY_MAX], answer[4096];
	struct file_text conf;
	enum dns_rcode rcode;
	bool truncated;
	uint16_t id = 0;
	size_t n, servers;
	int found;

	file_text_read(&conf, "/etc/resolv.conf");
	servers = resolv_servers(conf.text != NULL ? conf.text : "", conf.len,
				 server);
	if (conf.mapped != 0)
		hosts_file_close(&conf);
	if (servers == 0) {
		endpoint_parse(&server[0], "127.0.0.1", 53);
		servers = 1;
	}
	if (max > NAMES_REAL_MAX)
		max = NAMES_REAL_MAX;
	(void)!getrandom(&id, sizeof(id), GRND_NONBLOCK);
	n = dns_put_query(query, id, name, strlen(name), type, 1);
	for (size_t i = 0; n > 0 && i < servers; i++) {
		ssize_t len = dns_query(run, &server[i], ROUTE_DIRECT, query,
					n, answer, sizeof(answer));

		if (len <= 0)
			continue;
		if ((size_t)len > sizeof(answer))
			len = sizeof(answer);
		found = dns_get_records(answer, (size_t)len, id, type, rr, max,
					&rcode, &truncated);
		for (int k = 0; k < found; k++)
			ep[k] = rr[k].value;
		if (found >= 0)
			return (size_t)found;
	}
	return 0;
}

/* What policy/resolved draws on. */
struct sources {
	struct resolver resolver;
	struct file_text hosts;
	struct utsname uts;
};

static void close_hosts(struct sources *s)
{
	hosts_file_close(&s->hosts);
	s->hosts = (struct file_text){ 0 };
}

static int ask_directly(void *arg, const char *name,
			struct endpoint real[static NAMES_REAL_MAX])
{
	struct sources *s = arg;
	struct run *run = s->resolver.run;
	size_t n;

	close_hosts(s); /* others want it, and this may take long */
	n = lookup_direct(run, name, DNS_A, real, NAMES_REAL_MAX / 2);
	return (int)(n + lookup_direct(run, name, DNS_AAAA, real + n,
				       NAMES_REAL_MAX - n));
}

static const struct resolver *open_sources(struct sources *s, struct run *run)
{
	hosts_file_open(&s->hosts);
	s->resolver = (struct resolver){
		.run = run,
		.hosts = s->hosts.text,
		.hosts_len = s->hosts.len,
		.own_name = uname(&s->uts) == 0 ? s->uts.nodename : NULL,
		.ask = ask_directly,
		.arg = s,
		.now = (uint32_t)(sock_now_ms() / 1000),
	};
	return &s->resolver;
}

enum resolve_result resolve_name(struct run *run, const char *name, int family,
				 struct resolved *r)
{
	struct sources s;
	enum resolve_result result =
		resolved_name(r, open_sources(&s, run), name, family);

	close_hosts(&s);
	return result;
}

bool resolve_address(struct run *run, const struct endpoint *ep,
		     struct endpoint *name)
{
	struct sources s;
	bool found = resolved_address(open_sources(&s, run), ep, name);

	close_hosts(&s);
	return found;
}

/* The name server that is to be asked through the proxy; false: none is. */
static bool public_server(const struct run *run, struct endpoint *ep)
{
	struct endpoint server[RESOLV_SERVERS_MAX];
	struct file_text conf;
	size_t n;

	if (run->config.dns == CONFIG_DNS_ADDR) {
		*ep = run->config.dns_server;
		return true;
	}
	if (run->config.dns == CONFIG_DNS_FAKE)
		return false;
	file_text_read(&conf, "/etc/resolv.conf");
	n = conf.text != NULL ? resolv_servers(conf.text, conf.len, server) : 0;
	if (conf.mapped != 0)
		hosts_file_close(&conf);
	for (size_t i = 0; i < n; i++) {
		if (endpoint_is_public(&server[i])) {
			*ep = server[i];
			return true;
		}
	}
	return false;
}

static bool name_text(const struct dns_question *q,
		      char text[static ENDPOINT_NAME_MAX + 1])
{
	if (q->name.kind != ENDPOINT_NAME)
		return false;
	memcpy(text, q->name.name, q->name.name_len);
	text[q->name.name_len] = '\0';
	return true;
}

/* Answer from what this machine knows and from the name table. */
static size_t answer_locally(struct run *run, const uint8_t *query,
			     const struct dns_question *q, uint8_t *answer,
			     size_t cap)
{
	char name[ENDPOINT_NAME_MAX + 1];
	struct dns_record rr[RESOLVED_MAX];
	enum dns_rcode rcode = DNS_NOERROR;
	struct resolved r;
	struct endpoint ep;
	size_t n = 0;

	if (q->type == DNS_PTR) {
		rr[0] = (struct dns_record){ .type = DNS_PTR, .ttl = FAKE_TTL };
		if (dns_reverse_address(&q->name, &ep) &&
		    resolve_address(run, &ep, &rr[0].value))
			n = 1;
		else
			rcode = DNS_NXDOMAIN;
	} else if (!name_text(q, name)) {
		n = 0;
	} else {
		switch (resolve_name(run, name,
				     q->type == DNS_AAAA ? AF_INET6 : AF_INET,
				     &r)) {
		case RESOLVE_OK:
			if (q->type != DNS_A && q->type != DNS_AAAA)
				break;
			for (; n < r.count; n++)
				rr[n] = (struct dns_record){
					.type = q->type,
					.ttl = FAKE_TTL,
					.value = r.addr[n],
				};
			break;
		case RESOLVE_NO_DATA:
			break;
		case RESOLVE_NO_NAME:
			rcode = DNS_NXDOMAIN;
			break;
		case RESOLVE_AGAIN:
		case RESOLVE_FAIL:
		case RESOLVE_LATER:
			rcode = DNS_SERVFAIL;
			break;
		}
	}
	return dns_put_answer(answer, cap, query, q, rcode, rr, n);
}

ssize_t resolve_stub(struct run *run, const uint8_t *query, size_t n,
		     uint8_t *answer, size_t cap)
{
	struct dns_question q;
	int rcode;

	if (run == NULL)
		return -ENETUNREACH;
	rcode = dns_get_query(query, n, &q);
	if (rcode < 0)
		return -EINVAL;
	n = rcode == DNS_NOERROR
		    ? answer_locally(run, query, &q, answer, cap)
		    : dns_put_answer(answer, cap, query, &q,
				     (enum dns_rcode)rcode, NULL, 0);
	return n > 0 ? (ssize_t)n : -EMSGSIZE;
}

ssize_t resolve_query(struct run *run, const uint8_t *query, size_t n,
		      uint8_t *answer, size_t cap)
{
	struct dns_question q;
	struct endpoint server;

	if (run == NULL)
		return -ENETUNREACH;
	if (dns_get_query(query, n, &q) != DNS_NOERROR)
		return -EINVAL;
	if (public_server(run, &server))
		return dns_query(run, &server, ROUTE_PROXY, query, n, answer,
				 cap);
	return resolve_stub(run, query, n, answer, cap);
}
