/* SPDX-License-Identifier: MIT */
/*
 * connect(2) by way of the proxy, on the program's own socket.
 *
 * DOC: Theory of operation
 *
 * The socket is connected to the proxy, the CONNECT handshake runs on it, and
 * from then on the kernel carries the data: no descriptor is replaced, so
 * options, dups, epoll registrations and forks keep their meaning, and no
 * later call passes through us. O_NONBLOCK is never touched (other processes
 * may share it): our own I/O uses MSG_DONTWAIT.
 *
 * A failure leaves the socket as a refused connect(2) does: unconnected, its
 * options kept, ready for another connect. A wait that was cut off (a signal,
 * SO_SNDTIMEO) is given up: the socket then reads as reset, never as
 * connected.
 *
 * Never touches errno; async-signal-safe; a cancellation point.
 */
#ifndef SOCK_TCP_CONNECT_H
#define SOCK_TCP_CONNECT_H

#include "policy/run.h"
#include "sock/tcp_attempt.h"
#include "sock/wait.h"

/**
 * sock_tcp_connect() - connect @fd to @target through the run's proxy
 * @family: of the sockaddr that the program passed: the proxy's address is
 *          written in that family, IPv4 as ::ffff:a.b.c.d for AF_INET6
 * @asked: what getpeername(2) is to answer; NULL: nobody will ask
 *
 * Return: 0; -EISCONN, -EALREADY and the like as the kernel says; -EINTR or
 * -EINPROGRESS (SO_SNDTIMEO) for a wait that was cut off; for failures of the
 * handshake see socks_errno(); -ENETUNREACH where the socket cannot reach the
 * proxy (an AF_INET socket and an IPv6-only proxy, bound to an address that
 * has no way there)
 */
int sock_tcp_connect(struct run *run, int fd, int family,
		     const struct endpoint *target,
		     const struct endpoint *asked, sock_wait *wait, void *arg);

/**
 * tcp_attempt_wait() - drive an attempt to its end, waiting in the caller
 * Return: 0; -EINTR, -EINPROGRESS (SO_SNDTIMEO) or what @wait has said, for a
 * wait that was cut off, after which the attempt may be driven on; else the
 * errno of its failure, and the socket is unconnected
 */
int tcp_attempt_wait(struct tcp_attempt *a, sock_wait *wait, void *arg);

/**
 * sock_peer() - what the program asked for when it connected @fd
 * @peer: the kernel's answer
 * Return: false unless @fd is a proxied socket of this run
 */
bool sock_peer(struct run *run, int fd, const struct endpoint *peer,
	       struct endpoint *asked);

/**
 * sock_stub_peer() - the same for one that is connected to loopback: the name
 * server in whose place it is answered, if it is
 */
bool sock_stub_peer(struct run *run, int fd, struct endpoint *asked);

/** sock_forget_peer() - @fd is being disconnected (AF_UNSPEC) */
void sock_forget_peer(struct run *run, int fd);

#endif
