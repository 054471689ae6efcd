/* SPDX-License-Identifier: MIT */
/*
 * Hooks: socket(2), bind(2), options, shutdown(2). What cannot be proxied cannot be
 * made.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <string.h>

#include "libc/libc.h"
#include "libc/net.h"
#include "preload/conn.h"
#include "preload/fd_life.h"
#include "preload/io_signal.h"
#include "preload/memory.h"
#include "preload/multicast.h"
#include "preload/state.h"
#include "preload/udp_option.h"
#include "sock/group_join.h"
#include "sock/kind.h"

static void fresh(int fd, int type)
{
	fd_closing(fd); /* what is still claimed of it is stale */
	if (type == SOCK_STREAM)
		conn_fresh(fd);
	else
		udp_fresh(fd);
}

EXPORT int socket(int domain, int type, int protocol)
{
	int r = sock_kind_allowed(domain, type, protocol);

	if (r == 0) {
		state_run(); /* knows the cookie */
		r = net_socket(domain, type, protocol);
		if (r >= 0 && (domain == AF_INET || domain == AF_INET6))
			fresh(r, type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC));
	}
	return (int)hook_result(r);
}

EXPORT int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	if (udp_concerns(fd) && len >= sizeof(struct sockaddr_in6) &&
	    memory_is_readable(addr, sizeof(struct sockaddr_in6)))
		udp_before_bind(fd, (const struct sockaddr_in6 *)addr);
	return libc(bind)(fd, addr, len);
}

/* The error of a connection that failed in the background is told here. */
static void put_error(int fd, void *value, socklen_t len)
{
	int error = conn_take_error(fd);

	if (error != 0)
		memcpy(value, &error, len < sizeof(error) ? len
							  : sizeof(error));
}

EXPORT int getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	int r, now;

	if (udp_concerns(fd)) {
		r = udp_get_option(fd, level, name, value, len);
		if (r != UDP_OPTION_PASS)
			return (int)hook_result(r);
	}
	if (likely(atomic_load_explicit(&conn_active, memory_order_relaxed) ==
		   0) ||
	    level != SOL_SOCKET || name != SO_ERROR || !fd_is_conn(fd_get(fd)))
		return libc(getsockopt)(fd, level, name, value, len);
	if (conn_state(fd) == CONN_PENDING)
		/* Another option of the same size: the same checks, and 0. */
		return libc(getsockopt)(fd, level, SO_ACCEPTCONN, value, len);
	r = libc(getsockopt)(fd, level, name, value, len);
	now = errno;
	if (r == 0)
		put_error(fd, value, *len);
	errno = now;
	return r;
}

/* What is in a pending socket's queues is between us and the proxy. */
EXPORT int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;
	int r;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (unlikely(conn_is_pending(fd)) &&
	    (request == FIONREAD || request == TIOCOUTQ) &&
	    memory_is_readable(arg, sizeof(int))) {
		*(int *)arg = 0;
		return 0;
	}
	if (request == FIOASYNC)
		io_signal_asked();
	r = libc(ioctl)(fd, request, arg);
	if (r == 0 && request == FIONREAD && udp_concerns(fd))
		*(int *)arg = udp_input_size(fd, *(int *)arg);
	return r;
}

EXPORT int shutdown(int fd, int how)
{
	if (udp_concerns(fd) && udp_shutdown(fd, how))
		return 0;
	/* In SYN_SENT it ends the attempt, whatever @how is. */
	if (unlikely(atomic_load_explicit(&conn_active,
					  memory_order_relaxed) != 0) &&
	    how >= SHUT_RD && how <= SHUT_RDWR && conn_cancel(fd))
		return 0;
	return libc(shutdown)(fd, how);
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
	if (udp_concerns(fd)) {
		r = udp_set_option(fd, level, name, value, len);
		if (r != UDP_OPTION_PASS)
			return (int)hook_result(r);
	}
	if (unlikely(group_is_join(level, name))) {
		r = multicast_judge(level, name, value, len);
		if (r == 0)
			r = net_setsockopt(fd, level, name, value, len);
		return (int)hook_result(r);
	}
	return libc(setsockopt)(fd, level, name, value, len);
}
