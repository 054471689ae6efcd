/* SPDX-License-Identifier: MIT */
#include "guard/loopback.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libc/net.h"
#include "sock/tcp_attempt.h"

/* Younger than the headers may be. */
#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62
#endif
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

/* Linux 5.14; before it what leads nowhere is found out by trying. */
static uint64_t namespace_of(int fd)
{
	uint64_t cookie = 0;

	tcp_option(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, sizeof(cookie));
	return cookie;
}

static uint64_t own_namespace(void)
{
	static _Atomic uint64_t own;
	uint64_t cookie = own;
	int fd;

	if (cookie != 0)
		return cookie;
	fd = net_socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	cookie = namespace_of(fd);
	close(fd);
	own = cookie;
	return cookie;
}

static bool is_bound_to_ipv6(int fd)
{
	struct endpoint bound = {.kind = ENDPOINT_NONE};
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	return getsockname(fd, (struct sockaddr *)&ss, &len) == 0 &&
	       endpoint_from_sockaddr(&bound, (struct sockaddr *)&ss, len) &&
	       bound.kind == ENDPOINT_IPV6 &&
	       memcmp(bound.ipv6, &in6addr_any, sizeof(bound.ipv6)) != 0;
}

bool loopback_for(int fd, int family, struct endpoint *ep)
{
	static const uint8_t ipv4[4] = {127, 0, 0, 1};
	int only = 0, device = 0;

	tcp_option(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &device, sizeof(device));
	if (device != 0 || namespace_of(fd) != own_namespace())
		return false;
	*ep = (struct endpoint){.kind = ENDPOINT_NONE};
	endpoint_set_ipv4(ep, ipv4);
	if (family != AF_INET6)
		return true;
	tcp_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
	if (only != 0 || is_bound_to_ipv6(fd))
		endpoint_set_ipv6(ep, in6addr_loopback.s6_addr);
	return true;
}
