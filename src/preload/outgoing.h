/* SPDX-License-Identifier: MIT */
/*
 * What connect(2) and the addressed sends have in common: an address that the
 * program gives is judged, and TCP is connected as judged. Async-signal-safe;
 * returns -errno; leaves errno alone; a cancellation point.
 */
#ifndef PRELOAD_OUTGOING_H
#define PRELOAD_OUTGOING_H

#include <sys/socket.h>

/** outgoing_connect() - connect(2) for any socket and any address */
int outgoing_connect(int fd, const struct sockaddr *addr, socklen_t len);

enum outgoing {
	OUTGOING_PASS,    /* as it is, to the kernel */
	OUTGOING_CONNECT, /* MSG_FASTOPEN: it is a connect; then send */
	OUTGOING_DATAGRAM, /* to the proxy's relay (udp.h) */
};

/**
 * outgoing_send() - judge the address of a send
 * @addr: not NULL; may be a bad pointer, which the kernel will refuse
 * Return: enum outgoing, or -errno for a destination that is refused
 */
int outgoing_send(int fd, const struct sockaddr *addr, socklen_t len,
		  int flags);

#endif
