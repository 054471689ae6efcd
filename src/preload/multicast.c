/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include "policy/destination.h"
#include "preload/memory.h"
#include "preload/multicast.h"
#include "preload/state.h"

/* The group's address out of the option's own structure (ip(7), ipv6(7)). */
static bool group_of(int level, int name, const void *value, socklen_t len,
		     struct sockaddr_storage *group)
{
	struct sockaddr_in *in = (struct sockaddr_in *)group;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)group;

	memset(group, 0, sizeof(*group));
	if (name == MCAST_JOIN_GROUP || name == MCAST_JOIN_SOURCE_GROUP) {
		/* Both begin alike: the interface, then the group. */
		size_t at = offsetof(struct group_req, gr_group);

		if (len < sizeof(struct group_req))
			return false;
		memcpy(group, (const char *)value + at, sizeof(*group));
	} else if (level == IPPROTO_IP) {
		/* Each of the structures begins with imr_multiaddr. */
		if (len < sizeof(struct ip_mreq))
			return false;
		in->sin_family = AF_INET;
		memcpy(&in->sin_addr, value, sizeof(in->sin_addr));
	} else {
		if (len < sizeof(struct ipv6_mreq))
			return false;
		in6->sin6_family = AF_INET6;
		memcpy(&in6->sin6_addr, value, sizeof(in6->sin6_addr));
	}
	return true;
}

int multicast_judge(int level, int name, const void *value, socklen_t len)
{
	struct sockaddr_storage group;
	struct destination d;

	if (!memory_is_readable(value, len) ||
	    !group_of(level, name, value, len, &group))
		return 0; /* the kernel will refuse it */
	destination_judge(&d, state_run(), (struct sockaddr *)&group,
			  sizeof(group), state_now());
	return d.verdict.route == ROUTE_DIRECT ? 0 : -ENODEV;
}
