/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "libc/libc.h"
#include "sock/kind.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

int sock_kind(int fd)
{
	int protocol, saved = errno, r;
	socklen_t len = sizeof(protocol);

	r = libc(getsockopt)(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len);
	if (r < 0)
		r = -errno;
	errno = saved;
	if (r < 0)
		return r;
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_MPTCP:
		return SOCK_TCP;
	case IPPROTO_UDP:
		return SOCK_UDP;
	case 0: /* AF_UNIX, and most of AF_NETLINK */
		return SOCK_PASS;
	default:
		return SOCK_OTHER;
	}
}

int sock_kind_allowed(int domain, int type, int protocol)
{
	if (domain == AF_UNIX || domain == AF_NETLINK || domain == AF_ALG)
		return 0;
	if (domain != AF_INET && domain != AF_INET6)
		return -EAFNOSUPPORT;
	switch (type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) {
	case SOCK_STREAM:
		return protocol == 0 || protocol == IPPROTO_TCP ||
				       protocol == IPPROTO_MPTCP
			       ? 0
			       : -EPROTONOSUPPORT;
	case SOCK_DGRAM:
		if (protocol == 0 || protocol == IPPROTO_UDP)
			return 0;
		return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6
			       ? -EACCES
			       : -EPROTONOSUPPORT;
	case SOCK_RAW:
	case SOCK_PACKET:
		return -EACCES;
	default:
		return -ESOCKTNOSUPPORT;
	}
}
