/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>

#include "libc/libc.h"
#include "libc/net.h"
#include "libc/sys.h"

static uint64_t run_cookie;

void net_set_cookie(uint64_t c)
{
	__atomic_store_n(&run_cookie, c, __ATOMIC_RELAXED);
}

static inline uint64_t cookie(void)
{
	return __atomic_load_n(&run_cookie, __ATOMIC_RELAXED);
}

/*
 * libc makes a call cancellable by allowing asynchronous cancellation around
 * it, and so do we; a process of one thread has nobody to cancel it.
 */
#define cancellable(call)                                                   \
	({                                                                  \
		long net_r;                                                 \
		if (__libc_single_threaded) {                               \
			net_r = call;                                       \
		} else {                                                    \
			int net_type;                                       \
			pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS,  \
					      &net_type);                   \
			net_r = call;                                       \
			pthread_setcanceltype(net_type, NULL);              \
		}                                                           \
		net_r;                                                      \
	})

int net_socket(int domain, int type, int protocol)
{
	return (int)sys(SYS_socket, domain, type, protocol, cookie());
}

int net_setsockopt(int fd, int level, int name, const void *value,
		   socklen_t len)
{
	return (int)sys(SYS_setsockopt, fd, level, name, value, len, cookie());
}

int net_connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	return (int)cancellable(sys(SYS_connect, fd, addr, len, cookie()));
}

ssize_t net_sendto(int fd, const void *buf, size_t n, int flags,
		   const struct sockaddr *addr, socklen_t len)
{
	uint64_t marked = cookie() << 32 | (uint32_t)flags;

	return cancellable(sys(SYS_sendto, fd, buf, n, marked, addr, len));
}

ssize_t net_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	return cancellable(sys(SYS_sendmsg, fd, msg, flags, cookie()));
}

int net_sendmmsg(int fd, struct mmsghdr *msgs, unsigned n, int flags)
{
	return (int)cancellable(
		sys(SYS_sendmmsg, fd, msgs, n, flags, cookie()));
}
