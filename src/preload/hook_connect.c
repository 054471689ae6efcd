/* SPDX-License-Identifier: MIT */
/*
 * Hooks: connect(2) and getpeername(2).
 */
#include <errno.h>
#include <string.h>

#include "libc/libc.h"
#include "policy/rules.h"
#include "preload/conn.h"
#include "preload/memory.h"
#include "preload/outgoing.h"
#include "preload/state.h"
#include "preload/udp.h"
#include "sock/tcp_connect.h"

EXPORT int connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	return (int)hook_result(outgoing_connect(fd, addr, len));
}

EXPORT __typeof__(connect) __connect __attribute__((alias("connect")));

static void put_address(struct sockaddr *addr, socklen_t room, socklen_t *len,
			const struct sockaddr_storage *ss, socklen_t n)
{
	memcpy(addr, ss, room < n ? room : n);
	*len = n;
}

/*
 * The kernel writes its answer where the program wants it, or refuses to; only
 * then is it known that ours can be written over it.
 */
EXPORT int getpeername(int fd, struct sockaddr *addr, socklen_t *len)
{
	struct run *run = state_run();
	struct sockaddr_storage ss;
	socklen_t room, n = sizeof(ss);
	struct endpoint peer, asked;
	union udp_address datagram;
	int saved = errno;

	if (conn_is_pending(fd))
		return (int)hook_result(-ENOTCONN);
	if (run == NULL || !memory_is_readable(len, sizeof(*len)))
		return libc(getpeername)(fd, addr, len);
	room = *len;
	/* The kernel need not know of its peer (udp_becomes_stdio()). */
	if (udp_concerns(fd) && memory_is_readable(addr, room) &&
	    udp_peer(fd, &datagram)) {
		n = udp_address_len(&datagram);
		memcpy(&ss, &datagram, n);
		put_address(addr, room, len, &ss, n);
		errno = saved;
		return 0;
	}
	if (libc(getpeername)(fd, addr, len) < 0)
		return -1;
	if (libc(getpeername)(fd, (struct sockaddr *)&ss, &n) == 0 &&
	    endpoint_from_sockaddr(&peer, (struct sockaddr *)&ss, n) &&
	    (sock_peer(run, fd, &peer, &asked) ||
	     (endpoint_is_loopback(&peer) &&
	      sock_stub_peer(run, fd, &asked)))) {
		n = endpoint_to_sockaddr(&asked, ss.ss_family, &ss);
		put_address(addr, room, len, &ss, n);
	}
	errno = saved;
	return 0;
}
