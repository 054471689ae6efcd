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

static uint32_t now_seconds(void)
{
	return (uint32_t)(sock_now_ms() / 1000);
}

static void add_text(struct resolved *r, const char *literal)
{
	if (r->count < RESOLVED_MAX &&
	    endpoint_parse_host(&r->addr[r->count], literal, strlen(literal)))
		r->addr[r->count++].port = 0;
}

static bool own_name(const char *name)
{
	struct utsname u;

	return uname(&u) == 0 && strcasecmp(u.nodename, name) == 0;
}

static void add_loopback(struct resolved *r, int family)
{
	if (family != AF_INET)
		add_text(r, "::1");
	if (family != AF_INET6)
		add_text(r, "127.0.0.1");
}

/* localhost, /etc/hosts and the machine's own name are answered here. */
static bool resolve_locally(const char *name, int family, struct resolved *r,
			    bool *known)
{
	struct file_text hosts;

	hosts_file_open(&hosts);
	if (hosts.text != NULL)
		r->count = (unsigned)hosts_by_name(hosts.text, hosts.len, name,
						   family, r->addr,
						   RESOLVED_MAX, &r->canonical);
	*known = r->count > 0;
	if (r->count == 0 && hosts.text != NULL && family != AF_UNSPEC)
		/* Known, but not in this family. */
		*known = hosts_by_name(hosts.text, hosts.len, name, AF_UNSPEC,
				       r->addr, 1, NULL) > 0;
	hosts_file_close(&hosts);
	if (*known)
		return r->count > 0;
	if (host_is_localhost(name, strlen(name)) || own_name(name)) {
		*known = true;
		add_loopback(r, family);
	}
	return r->count > 0;
}

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

static size_t direct_addresses(struct run *run, const char *name, size_t len,
			       struct endpoint real[static NAMES_REAL_MAX],
			       bool *direct)
{
	struct endpoint target = { .port = 0 };
	size_t n;

	*direct = false;
	if (run->config.rules.count == 0 ||
	    !endpoint_set_name(&target, name, len))
		return 0;
	/* A rule with a port may still send it direct: judge at connect. */
	for (unsigned i = 0; i < run->config.rules.count && !*direct; i++) {
		const struct rule *rule = &run->config.rules.rule[i];

		/* ":22" is no reason to ask anybody for every name. */
		if (rule->match == RULE_ANY &&
		    (rule->port_first != 0 || rule->port_last != 65535))
			continue;

		target.port = rule->port_first != 0 ? rule->port_first : 1;
		*direct = rules_judge(&run->config.rules, NULL, 0, &target)
				  .route == ROUTE_DIRECT;
	}
	if (!*direct)
		return 0;
	n = lookup_direct(run, name, DNS_A, real, NAMES_REAL_MAX / 2);
	return n + lookup_direct(run, name, DNS_AAAA, real + n,
				 NAMES_REAL_MAX - n);
}

static int family_of_proxy(const struct run *run)
{
	const struct endpoint *server;
	unsigned count;

	server = config_first_servers(&run->config, &count);
	for (unsigned i = 0; i < count; i++)
		if (server[i].kind == ENDPOINT_IPV4)
			return AF_INET;
	return AF_INET6;
}

enum resolve_result resolve_name(struct run *run, const char *name, int family,
				 struct resolved *r)
{
	struct endpoint real[NAMES_REAL_MAX];
	size_t len = strlen(name), nreal;
	bool known, direct;
	int slot;

	r->count = 0;
	r->fake = false;
	r->canonical.kind = ENDPOINT_NONE;
	if (resolve_locally(name, family, r, &known))
		return RESOLVE_OK;
	if (known)
		return RESOLVE_NO_DATA;
	if (host_is_impossible(name, len))
		return RESOLVE_NO_NAME;
	if (run == NULL)
		return RESOLVE_FAIL;
	nreal = direct_addresses(run, name, len, real, &direct);
	if (direct && nreal == 0)
		return RESOLVE_NO_NAME;
	slot = names_insert(&run->names, name, len, now_seconds(), real, nreal);
	if (slot < 0)
		return slot == -EAGAIN ? RESOLVE_AGAIN : RESOLVE_NO_NAME;
	if (family == AF_UNSPEC)
		family = family_of_proxy(run);
	names_address(&run->names, slot, family, &r->addr[0]);
	r->addr[0].port = 0;
	r->count = 1;
	r->fake = true;
	return RESOLVE_OK;
}

bool resolve_address(struct run *run, const struct endpoint *ep,
		     struct endpoint *name)
{
	struct file_text hosts;
	bool found;
	int slot;

	if (run != NULL) {
		slot = names_slot(&run->names, ep);
		if (slot != -EINVAL)
			return slot >= 0 && names_get(&run->names, slot,
						      now_seconds(), name);
	}
	hosts_file_open(&hosts);
	found = hosts.text != NULL &&
		hosts_by_address(hosts.text, hosts.len, ep, name);
	hosts_file_close(&hosts);
	if (!found && endpoint_is_loopback(ep))
		found = endpoint_set_name(name, "localhost", 9);
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
