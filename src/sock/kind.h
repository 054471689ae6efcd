/* SPDX-License-Identifier: MIT */
/*
 * What a descriptor is to us. Asked of the kernel, never remembered from
 * socket(2): descriptors arrive by exec, SCM_RIGHTS and pidfd_getfd too.
 * Async-signal-safe; one system call; leaves errno alone.
 */
#ifndef SOCK_KIND_H
#define SOCK_KIND_H

#include <stdbool.h>

enum sock_kind {
	SOCK_PASS,  /* not an internet socket: the kernel's business alone */
	SOCK_TCP,   /* TCP or MPTCP: CONNECT */
	SOCK_UDP,   /* UDP: UDP ASSOCIATE */
	SOCK_OTHER, /* another internet protocol: cannot be proxied */
};

/** sock_kind() - Return: enum sock_kind, or -EBADF, -ENOTSOCK */
int sock_kind(int fd);

/**
 * sock_kind_allowed() - may a socket(2) of this kind exist? An allow-list:
 * AF_UNIX, AF_NETLINK, AF_ALG; AF_INET and AF_INET6 with TCP, MPTCP and UDP.
 * Return: 0, or the negative errno that the kernel gives for a kind it lacks
 * or does not permit
 */
int sock_kind_allowed(int domain, int type, int protocol);

#endif
