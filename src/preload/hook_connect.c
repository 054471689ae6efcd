/* SPDX-License-Identifier: MIT */
/*
 * Hooks: connect(2) and getpeername(2).
 */
#include <errno.h>
#include <string.h>

#include "libc/libc.h"
#include "preload/outgoing.h"
#include "preload/state.h"
#include "sock/tcp_connect.h"

EXPORT int connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	return (int)hook_result(outgoing_connect(fd, addr, len));
}

EXPORT __typeof__(connect) __connect __attribute__((alias("connect")));

EXPORT int getpeername(int fd, struct sockaddr *addr, socklen_t *len)
{
	struct run *run = state_run();
	struct sockaddr_storage ss;
	socklen_t n = sizeof(ss);
	struct endpoint peer, asked;
	int saved = errno;

	if (run == NULL || !pointer_is_plausible(addr) ||
	    !pointer_is_plausible(len) || *len > INT32_MAX ||
	    libc(getpeername)(fd, (struct sockaddr *)&ss, &n) < 0 ||
	    !endpoint_from_sockaddr(&peer, (struct sockaddr *)&ss, n) ||
	    !sock_peer(run, fd, &peer, &asked)) {
		/* The kernel's own answer, or its own error. */
		errno = saved;
		return libc(getpeername)(fd, addr, len);
	}
	n = endpoint_to_sockaddr(&asked, ss.ss_family, &ss);
	memcpy(addr, &ss, *len < n ? *len : n);
	*len = n;
	return 0;
}
