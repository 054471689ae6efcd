/* SPDX-License-Identifier: MIT */
/*
 * Hooks: socket(2) and setsockopt(2). What cannot be proxied cannot be made.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "libc/libc.h"
#include "libc/net.h"
#include "preload/multicast.h"
#include "preload/state.h"
#include "sock/kind.h"

EXPORT int socket(int domain, int type, int protocol)
{
	int r = sock_kind_allowed(domain, type, protocol);

	if (r == 0) {
		state_run(); /* knows the cookie */
		r = net_socket(domain, type, protocol);
	}
	return (int)hook_result(r);
}

EXPORT int setsockopt(int fd, int level, int name, const void *value,
		      socklen_t len)
{
	int now, r;
	socklen_t now_len = sizeof(now);

	/*
	 * TCP_FASTOPEN_CONNECT defers connect(2) to the first write, which we
	 * would not see. Accepted and not passed on: connect connects.
	 */
	if (unlikely(level == IPPROTO_TCP && name == TCP_FASTOPEN_CONNECT))
		return libc(getsockopt)(fd, level, name, &now, &now_len);
	if (unlikely(multicast_is_join(level, name)) &&
	    (r = multicast_judge(level, name, value, len)) < 0)
		return (int)hook_result(r);
	return libc(setsockopt)(fd, level, name, value, len);
}
