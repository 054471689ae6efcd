/* SPDX-License-Identifier: MIT */
/*
 * Whose address is this? A program asks a name, by its fake address, and the
 * relay says which address has answered. The first answer after the name was
 * asked is taken for the name's; then it is known, also when other names and
 * addresses are asked from the same socket at the same port.
 *
 * A small table of the process: what has no room is forgotten. Lock-free; who
 * finds it busy does without. Async-signal-safe.
 */
#ifndef PRELOAD_UDP_SOURCES_H
#define PRELOAD_UDP_SOURCES_H

#include <stdbool.h>

#include "sock/udp_address.h"

/**
 * udp_sources_learn() - on the socket of index @index, @source is @asked
 */
void udp_sources_learn(unsigned index, const union udp_address *source,
		       const union udp_address *asked);

/** udp_sources_find() - @source becomes what was asked; false: not known */
bool udp_sources_find(unsigned index, union udp_address *source);

/** udp_sources_forget() - the socket is closed */
void udp_sources_forget(unsigned index);

#endif
