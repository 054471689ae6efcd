/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>

#include "libc/sys.h"
#include "policy/dns_stub.h"
#include "policy/hosts.h"
#include "sock/dns_query.h"
#include "sock/hosts_file.h"
#include "sock/resolve.h"
#include "sock/wait.h"
#include "socks/dns_message.h"

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
	enum resolve_result result;

	open_sources(&s, run);
	s.resolver.host_names = true;
	result = resolved_name(r, &s.resolver, name, family);
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

ssize_t resolve_stub(struct run *run, const uint8_t *query, size_t n,
		     uint8_t *answer, size_t room, bool tcp)
{
	struct sources s;

	if (run == NULL)
		return -ENETUNREACH;
	n = dns_stub_answer(open_sources(&s, run), query, n, answer, room, tcp);
	close_hosts(&s);
	return n > 0 ? (ssize_t)n : -EINVAL;
}

ssize_t resolve_query(struct run *run, const uint8_t *query, size_t n,
		      uint8_t *answer, size_t cap)
{
	uint8_t whole[DNS_STUB_ANSWER_MAX];
	struct endpoint server;
	ssize_t len;

	if (run == NULL)
		return -ENETUNREACH;
	if (public_server(run, &server))
		return dns_query(run, &server, ROUTE_PROXY, query, n, answer,
				 cap);
	len = resolve_stub(run, query, n, whole, sizeof(whole), true);
	if (len > 0)
		memcpy(answer, whole, (size_t)len < cap ? (size_t)len : cap);
	return len;
}
