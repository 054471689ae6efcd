/* SPDX-License-Identifier: MIT */
/*
 * Does a socket of somebody else's still exist? Asked of the kernel
 * (sock_diag(7)), so that nothing of it has to be kept open. Only for sockets
 * of our network namespace. Thread-safe. May call libc/, sock/, base/.
 */
#ifndef GUARD_ALIVE_H
#define GUARD_ALIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "sock/udp_address.h"

enum alive {
	ALIVE_NO,
	ALIVE_YES,
	ALIVE_UNKNOWN, /* the kernel cannot be asked */
};

/**
 * alive_socket() - is there the socket at @local, connected to @remote?
 * @protocol: IPPROTO_TCP or IPPROTO_UDP
 * @cookie: its SO_COOKIE: no other will do
 */
enum alive alive_socket(int protocol, const union udp_address *local,
			const union udp_address *remote, uint64_t cookie);

#endif
