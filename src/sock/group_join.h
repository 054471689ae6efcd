/* SPDX-License-Identifier: MIT */
/*
 * The options of setsockopt(2) that join a group (ip(7), ipv6(7)): by them the
 * kernel tells the network so (IGMP, MLD), a packet that no send has caused.
 * Pure.
 */
#ifndef SOCK_GROUP_JOIN_H
#define SOCK_GROUP_JOIN_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

static const int group_joins_ipv4[] = {
	IP_ADD_MEMBERSHIP,
	IP_ADD_SOURCE_MEMBERSHIP,
	MCAST_JOIN_GROUP,
	MCAST_JOIN_SOURCE_GROUP,
};

static const int group_joins_ipv6[] = {
	IPV6_JOIN_GROUP,
	IPV6_JOIN_ANYCAST,
	MCAST_JOIN_GROUP,
	MCAST_JOIN_SOURCE_GROUP,
};

/** group_is_join() - is it one of them? @level, @name: of setsockopt(2) */
static inline bool group_is_join(int level, int name)
{
	_Static_assert(ARRAY_SIZE(group_joins_ipv4) ==
			       ARRAY_SIZE(group_joins_ipv6),
		       "one loop for both");
	const int *joins = level == IPPROTO_IP	   ? group_joins_ipv4
			   : level == IPPROTO_IPV6 ? group_joins_ipv6
						   : NULL;

	for (size_t i = 0; joins != NULL && i < ARRAY_SIZE(group_joins_ipv4);
	     i++)
		if (joins[i] == name)
			return true;
	return false;
}

#endif
