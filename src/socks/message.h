/* SPDX-License-Identifier: MIT */
/*
 * The messages of RFC 1928 (sections 3 to 6) and RFC 1929, octet by octet.
 * Pure codecs: no I/O, no state, no allocation, no errno; async-signal-safe.
 * May call socks/endpoint and base/.
 */
#ifndef SOCKS_MESSAGE_H
#define SOCKS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "socks/endpoint.h"
#include "socks/handshake.h"

#define SOCKS_VERSION 5 /* RFC 1928: VER of every message */
#define SOCKS_AUTH_VERSION 1 /* RFC 1929: VER of the subnegotiation */

enum socks_method {
	SOCKS_METHOD_NONE = 0x00,
	SOCKS_METHOD_PASSWORD = 0x02,
	SOCKS_METHOD_REFUSED = 0xff,
};

enum socks_atyp {
	SOCKS_ATYP_IPV4 = 1,
	SOCKS_ATYP_NAME = 3,
	SOCKS_ATYP_IPV6 = 4,
};

#endif
