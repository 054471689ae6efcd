/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>

#include "policy/destination.h"

#define DOMAIN_PORT 53 /* RFC 1035 section 4.2 */

bool destination_is_inet(const struct sockaddr *sa, socklen_t len)
{
	return sa != NULL && len >= sizeof(sa->sa_family) &&
	       (sa->sa_family == AF_INET || sa->sa_family == AF_INET6);
}

static void refuse(struct destination *d, int error)
{
	d->verdict = (struct verdict){ ROUTE_REFUSE, error, JUDGED_DEFAULT };
}

/*
 * Has the user meant name servers, too? A rule for a network ("--direct
 * 10.0.0.0/8") is about hosts; one that names the port or the one address is
 * about it.
 */
static bool is_about_it(const struct rules *rules, int judge)
{
	const struct rule *r;

	if (judge < 0)
		return judge == JUDGED_PROXY_ITSELF;
	r = &rules->rule[judge];
	return (r->port_first == DOMAIN_PORT && r->port_last == DOMAIN_PORT) ||
	       (r->match == RULE_NET && r->prefix_len == 128);
}

static bool asks_hidden_name_server(const struct destination *d,
				    const struct rules *rules)
{
	return d->target.port == DOMAIN_PORT &&
	       d->target.kind != ENDPOINT_NAME &&
	       !endpoint_is_public(&d->target) &&
	       !is_about_it(rules, d->verdict.judge);
}

void destination_judge(struct destination *d, struct run *run,
		       const struct sockaddr *sa, socklen_t len, uint32_t now)
{
	const struct endpoint *servers;
	unsigned nservers;
	int slot;

	d->nreal = 0;
	if (!endpoint_from_sockaddr(&d->asked, sa, len)) {
		d->asked.kind = ENDPOINT_NONE;
		refuse(d, EINVAL);
		return;
	}
	endpoint_copy(&d->target, &d->asked);
	if (run == NULL) {
		refuse(d, ENETUNREACH);
		return;
	}
	slot = names_slot(&run->names, &d->asked);
	if (slot == -ENOENT ||
	    (slot >= 0 && !names_get(&run->names, slot, now, &d->target))) {
		refuse(d, EHOSTUNREACH);
		return;
	}
	servers = config_first_servers(&run->config, &nservers);
	d->verdict = rules_judge(&run->config.rules, servers, nservers,
				 &d->target);
	if (d->verdict.route == ROUTE_DIRECT && slot >= 0) {
		d->nreal = (uint8_t)names_real(&run->names, slot, d->real);
		if (d->nreal == 0)
			refuse(d, EHOSTUNREACH);
	} else if (d->verdict.route != ROUTE_REFUSE &&
		   asks_hidden_name_server(d, &run->config.rules)) {
		refuse(d, ENETUNREACH);
		d->verdict.judge = JUDGED_NAME_SERVER;
	}
}
