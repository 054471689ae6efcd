/* SPDX-License-Identifier: MIT */
#include "policy/resolved.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "policy/fold.h"
#include "policy/hosts.h"

static size_t in_hosts(const struct resolver *from, const char *name,
		       int family, struct endpoint *ep, size_t max,
		       struct endpoint *canonical)
{
	if (!from->hosts)
		return 0;
	return hosts_by_name(from->hosts, from->hosts_len, name, family, ep,
			     max, canonical);
}

/* Names of this machine, wherever it is. */
static bool is_loopback_name(const struct resolver *from, const char *name)
{
	size_t len = strlen(name);

	return host_is_localhost(name, len) ||
	       (from->own_name && fold_equal(name, len, from->own_name,
					     strlen(from->own_name)));
}

static void add(struct resolved *r, const char *literal)
{
	struct endpoint *ep = &r->addr[r->count++];

	*ep = (struct endpoint){0};
	endpoint_parse_host(ep, literal, strlen(literal));
}

static void add_loopback(struct resolved *r, int family)
{
	if (family != AF_INET)
		add(r, "::1");
	if (family != AF_INET6)
		add(r, "127.0.0.1");
}

/* Is it a local name? Its addresses, if it has any of @family, are in @r. */
static bool resolve_locally(struct resolved *r, const struct resolver *from,
			    const char *name, int family)
{
	r->count = (unsigned)in_hosts(from, name, family, r->addr, RESOLVED_MAX,
				      &r->canonical);
	if (r->count)
		return true;
	if (family != AF_UNSPEC &&
	    in_hosts(from, name, AF_UNSPEC, r->addr, 1, NULL))
		return true;
	if (!is_loopback_name(from, name))
		return false;
	add_loopback(r, family);
	return true;
}

/* May a rule send it direct? One with a port is judged when it connects. */
static bool may_go_direct(const struct rules *rules, const char *name,
			  size_t len)
{
	struct endpoint target = {0};

	if (!rules->count || !endpoint_set_name(&target, name, len))
		return false;
	for (unsigned i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->rule[i];

		/* ":22" is no reason to ask anybody for every name. */
		if (rule->match == RULE_ANY &&
		    (rule->port_first != 0 || rule->port_last != 65535))
			continue;
		target.port = rule->port_first ? rule->port_first : 1;
		if (rules_judge(rules, NULL, 0, &target).route == ROUTE_DIRECT)
			return true;
	}
	return false;
}

static int family_of_proxy(const struct run *run)
{
	unsigned count;
	const struct endpoint *server =
		config_first_servers(&run->config, &count);

	for (unsigned i = 0; i < count; i++)
		if (server[i].kind == ENDPOINT_IPV4)
			return AF_INET;
	return AF_INET6;
}

enum resolve_result resolved_name(struct resolved *r,
				  const struct resolver *from,
				  const char *name, int family)
{
	struct endpoint real[NAMES_REAL_MAX];
	struct run *run = from->run;
	size_t len = strlen(name);
	int slot, nreal = 0;

	r->count = 0;
	r->fake = false;
	r->canonical.kind = ENDPOINT_NONE;
	if (resolve_locally(r, from, name, family))
		return r->count ? RESOLVE_OK : RESOLVE_NO_DATA;
	if (host_is_impossible(name, len) ||
	    (from->host_names && !host_is_hostname(name, len)))
		return RESOLVE_NO_NAME;
	if (!run)
		return RESOLVE_FAIL;
	if (may_go_direct(&run->config.rules, name, len)) {
		nreal = from->ask(from->arg, name, real);
		if (nreal <= 0)
			return nreal ? RESOLVE_LATER : RESOLVE_NO_NAME;
	}
	slot = names_insert(&run->names, name, len, from->now, real,
			    (size_t)nreal);
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

bool resolved_exists(const struct resolver *from, const char *name)
{
	struct endpoint ep;

	return !host_is_impossible(name, strlen(name)) ||
	       in_hosts(from, name, AF_UNSPEC, &ep, 1, NULL) ||
	       is_loopback_name(from, name);
}

bool resolved_address(const struct resolver *from, const struct endpoint *ep,
		      struct endpoint *name)
{
	int slot = from->run ? names_slot(&from->run->names, ep) : -EINVAL;

	if (slot != -EINVAL)
		return slot >= 0 && names_get(&from->run->names, slot,
					      from->now, name);
	if (from->hosts &&
	    hosts_by_address(from->hosts, from->hosts_len, ep, name))
		return true;
	return endpoint_is_loopback(ep) &&
	       endpoint_set_name(name, "localhost", strlen("localhost"));
}
