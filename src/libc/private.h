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
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

extern __typeof__(connect) __connect;
extern __typeof__(close) __close;
extern __typeof__(dup2) __dup2;
extern __typeof__(fcntl) __fcntl;
extern __typeof__(fcntl) fcntl64;
extern __typeof__(res_query) __res_query;
extern __typeof__(res_search) __res_search;
extern __typeof__(res_nquery) __res_nquery;
extern __typeof__(res_nsearch) __res_nsearch;
extern __typeof__(res_querydomain) __res_querydomain;
extern __typeof__(res_nquerydomain) __res_nquerydomain;
extern __typeof__(res_send) __res_send;
extern __typeof__(res_nsend) __res_nsend;

#endif
