/* SPDX-License-Identifier: MIT */
/*
 * The association of a UDP socket with a relay of the proxy (RFC 1928
 * sections 4, 6 and 7): a control connection of our own, which lives as long
 * as the association. Async-signal-safe; leaves errno alone; returns -errno.
 */
#ifndef SOCK_UDP_ASSOCIATE_H
#define SOCK_UDP_ASSOCIATE_H

#include "sock/tcp_attempt.h"
#include "sock/udp_address.h"

/**
 * udp_associate_socket() - make a control connection's socket
 * @waits: its connect(2) may wait, for as long as SO_SNDTIMEO of @fd says
 * @fd: the socket that the association is for
 * Return: a descriptor, close-on-exec; -ENETUNREACH where the proxy is reached
 * by way of others: its relay is none that they would lead to
 */
int udp_associate_socket(const struct run *run, bool waits, int fd);

/**
 * udp_associate_begin() - connect it; drive @a as tcp_attempt.h says
 * Return: as tcp_attempt_begin()
 */
int udp_associate_begin(struct tcp_attempt *a, struct run *run, int control);

/**
 * udp_associate_relay() - where @a, which is TCP_DONE, has found the relay
 * BND.ADDR 0.0.0.0 or :: is the proxy's own address. So is a name, and
 * loopback when the proxy is elsewhere: nobody could send there.
 * @family: of the socket that will send
 * Return: false if such a socket cannot
 */
bool udp_associate_relay(const struct tcp_attempt *a, int family,
			 union udp_address *relay);

/** udp_associate_errno() - what a failed @a means to a send; positive */
int udp_associate_errno(const struct tcp_attempt *a);

/** udp_associate_proxy() - the proxy's first address that @family can reach */
bool udp_associate_proxy(const struct run *run, int family,
			 union udp_address *proxy);

/**
 * udp_associate_stands() - has the proxy not ended it? One recv(2) of the
 * control connection, which does not wait.
 */
bool udp_associate_stands(int control);

#endif
