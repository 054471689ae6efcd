/* SPDX-License-Identifier: MIT */
/*
 * The only calls that can put an address of our choosing on the wire. Each
 * carries the run's cookie in an argument register (or half of one) that the
 * kernel ignores, by which the seccomp filter knows that the preload has
 * judged it: connect and sendmsg in their 4th argument, socket in its 4th,
 * sendmmsg in its 5th, setsockopt in its 6th, sendto in the upper half of its
 * flags.
 *
 * Each is the cancellation point that libc's own is, if it is one, returns a result >= 0 or
 * -errno, and leaves errno alone. Async-signal-safe.
 */
#ifndef LIBC_NET_H
#define LIBC_NET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/** net_set_cookie() - once, before the first of the calls below; 0: none */
void net_set_cookie(uint64_t cookie);

int net_socket(int domain, int type, int protocol);
/** net_setsockopt() - for the options by which the kernel joins a group */
int net_setsockopt(int fd, int level, int name, const void *value,
		   socklen_t len);
int net_connect(int fd, const struct sockaddr *addr, socklen_t len);
ssize_t net_sendto(int fd, const void *buf, size_t n, int flags,
		   const struct sockaddr *addr, socklen_t len);
ssize_t net_sendmsg(int fd, const struct msghdr *msg, int flags);
int net_sendmmsg(int fd, struct mmsghdr *msgs, unsigned n, int flags);

#endif
