/* SPDX-License-Identifier: MIT */
/*
 * Prototypes of the names in symbols.h: libc's headers where they declare
 * them, ours for the aliases that glibc exports without declaring.
 */
#ifndef LIBC_PRIVATE_H
#define LIBC_PRIVATE_H

#include <arpa/nameser.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <resolv.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

extern __typeof__(connect) __connect;
extern __typeof__(close) __close;
extern __typeof__(dup2) __dup2;
extern __typeof__(fcntl) __fcntl;
extern __typeof__(fcntl) fcntl64;
extern __typeof__(send) __send;
extern __typeof__(read) __read;
extern __typeof__(write) __write;
extern __typeof__(poll) __poll;
extern __typeof__(select) __select;
extern __typeof__(sendfile) sendfile64;
extern ssize_t __recv_chk(int fd, void *buf, size_t n, size_t size, int flags);
extern ssize_t __recvfrom_chk(int fd, void *buf, size_t n, size_t size,
			      int flags, struct sockaddr *addr,
			      socklen_t *len);
extern ssize_t __read_chk(int fd, void *buf, size_t n, size_t size);
extern int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size);
extern int __ppoll_chk(struct pollfd *fds, nfds_t n,
		       const struct timespec *timeout, const sigset_t *mask,
		       size_t size);
extern __typeof__(res_query) __res_query;
extern __typeof__(res_search) __res_search;
extern __typeof__(res_nquery) __res_nquery;
extern __typeof__(res_nsearch) __res_nsearch;
extern __typeof__(res_querydomain) __res_querydomain;
extern __typeof__(res_nquerydomain) __res_nquerydomain;
extern __typeof__(res_send) __res_send;
extern __typeof__(res_nsend) __res_nsend;

#endif
