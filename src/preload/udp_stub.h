/* SPDX-License-Identifier: MIT */
/*
 * Queries to a name server that is never asked, because the proxy cannot be
 * expected to reach it and others would see which names are looked up: a stub
 * in the process answers in its place, from the name table.
 *
 * The answer comes as datagrams do: from a socket of ours at loopback, with a
 * header (RFC 1928 section 7) that names the server. So the program may wait
 * for it in any way, and no thread is needed.
 */
#ifndef PRELOAD_UDP_STUB_H
#define PRELOAD_UDP_STUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "policy/destination.h"
#include "sock/udp_address.h"

/** udp_stub_judged() - is this destination such a name server? */
bool udp_stub_judged(const struct run *run, const struct destination *d);

/**
 * udp_stub_send() - @msg is a query to @server: the answer is on its way when
 * this returns. What is no query is answered by nobody.
 * Looking up a name that a rule sends direct may wait for a name server.
 * Not async-signal-safe.
 * Return: the octets of @msg, or -errno
 */
ssize_t udp_stub_send(struct run *run, int fd,
		      const union udp_address *server,
		      const struct msghdr *msg);

/** udp_stub_gather() - Return: the octets of @msg; 0: they are not to be had */
size_t udp_stub_gather(uint8_t *to, size_t room, const struct msghdr *msg);

/**
 * udp_stub_deliver() - @datagram, with the header of who has sent it, comes in
 * on @fd. If that is connected, it hears the stub from now on, until there is a
 * relay for it.
 * Return: false if it cannot be reached
 */
bool udp_stub_deliver(int fd, const uint8_t *datagram, size_t n);

/** udp_stub_is() - does the stub send from @source? */
bool udp_stub_is(const union udp_address *source);

/**
 * udp_stub_address() - what a socket of @family is to be connected to, so that
 * it hears the stub and nobody else; the lock is held
 */
bool udp_stub_address(int family, union udp_address *stub);

/** udp_stub_give_way() - was hidden @fd the stub's? It has moved. Lock held */
bool udp_stub_give_way(int fd);

#endif
