/* SPDX-License-Identifier: MIT */
/*
 * Where a program's socket can meet one of the supervisor's. May call sock/
 * and below; thread-safe.
 */
#ifndef GUARD_LOOPBACK_H
#define GUARD_LOOPBACK_H

#include <stdbool.h>

#include "socks/endpoint.h"

/**
 * loopback_for() - loopback as a socket reaches it
 * @fd: a copy of the program's
 * @family: of the sockaddr that it was given
 * @ep: set to 127.0.0.1, or ::1 for one that is bound to IPv6; port 0
 * Return: false if none can be reached: it is of another network namespace,
 * or bound to a device
 */
bool loopback_for(int fd, int family, struct endpoint *ep);

#endif
