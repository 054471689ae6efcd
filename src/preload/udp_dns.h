/* SPDX-License-Identifier: MIT */
/*
 * Queries to public name servers by UDP where the proxy has no relay: each is
 * carried over TCP, through the proxy, and its answer comes on the UDP socket
 * from the server (by preload/udp_stub), cut to what the client takes (TC, RFC
 * 1035 section 4.1.1): then it comes again by TCP.
 *
 * The send waits for the answer, on a non-blocking socket too: at most
 * DNS_TIMEOUT a step. So is it, once in a process, asked whether there is a
 * relay. Thread-safe; not for signal handlers; leaves errno alone.
 */
#ifndef PRELOAD_UDP_DNS_H
#define PRELOAD_UDP_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "policy/run.h"
#include "sock/udp_address.h"

/** udp_dns_concerns() - is this where name servers are asked? */
static inline bool udp_dns_concerns(const union udp_address *to)
{
	return to->in.sin_port == htons(53); /* in the same place for IPv6 */
}

/**
 * udp_dns_waits() - nobody has asked yet whether the proxy has relays: the
 * caller is to do so, and to wait; true once, at most
 */
bool udp_dns_waits(void);

/** udp_dns_relay() - a relay was asked for, and is there */
void udp_dns_relay(void);

/** udp_dns_refused() - has the proxy refused one, not long ago? */
bool udp_dns_refused(void);

/**
 * udp_dns_send() - carry the query @msg
 * @server: as the program said it
 * @header: for the relay: it names the server as the proxy is to know it
 * Return: the octets of @msg, or -errno: -EINVAL for what is no query
 */
ssize_t udp_dns_send(struct run *run, int fd, const union udp_address *server,
		     const uint8_t *header, size_t header_len,
		     const struct msghdr *msg);

#endif
