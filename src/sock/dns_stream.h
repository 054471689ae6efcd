/* SPDX-License-Identifier: MIT */
/*
 * DNS messages on a TCP connection, each behind its length (RFC 1035 section
 * 4.2.2). Waits as the socket does; EINTR is none of the caller's business.
 * Leaves errno alone; no allocation.
 */
#ifndef SOCK_DNS_STREAM_H
#define SOCK_DNS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** dns_stream_send() - Return: false if the connection has ended */
bool dns_stream_send(int fd, const uint8_t *message, size_t n);

/**
 * dns_stream_receive() - the next message
 * @to: filled up to @cap octets
 * Return: its full length, which may be more than @cap: the rest is not read;
 * or -ECONNRESET: no whole message comes any more
 */
ssize_t dns_stream_receive(int fd, uint8_t *to, size_t cap);

#endif
