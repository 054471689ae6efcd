/* SPDX-License-Identifier: MIT */
/*
 * Options of UDP sockets that the header (RFC 1928 section 7) concerns: what
 * the kernel would do to datagrams, it does without knowing of headers.
 * Async-signal-safe; leaves errno alone; returns -errno.
 */
#ifndef PRELOAD_UDP_OPTION_H
#define PRELOAD_UDP_OPTION_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#define UDP_OPTION_PASS 1 /* it is the kernel's matter */

/**
 * udp_set_option() - setsockopt(2) of a known UDP socket
 * UDP_SEGMENT and UDP_GRO are kept from the kernel once a socket is proxied:
 * each send says the segment's length, and nothing is joined on the way in.
 * Return: 0, -errno or UDP_OPTION_PASS
 */
int udp_set_option(int fd, int level, int name, const void *value,
		   socklen_t len);

/** udp_get_option() - the same for getsockopt(2) */
int udp_get_option(int fd, int level, int name, void *value, socklen_t *len);

/**
 * udp_before_bind() - IPV6_V6ONLY would keep the socket from an IPv4 relay, and
 * cannot be taken back once it is bound: off with it, where the program does
 * not care for its port
 */
void udp_before_bind(int fd, const struct sockaddr_in6 *addr);

/** udp_input_size() - FIONREAD: the kernel's answer without the header */
int udp_input_size(int fd, int size);

#endif
