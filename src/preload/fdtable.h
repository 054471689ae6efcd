/* SPDX-License-Identifier: MIT */
/*
 * What we know of a descriptor's number, two octets each: nothing, as a rule.
 *
 * DOC: Theory of operation
 *
 * FD_UNKNOWN is always a safe thing to believe: the kernel is asked then. The
 * other values are hints or claims:
 *
 *   FD_FRESH   socket(2) has returned an unconnected TCP socket here; its
 *              epoll registrations are worth remembering
 *   FD_EPOLL   an epoll instance that a remembered registration names
 *   FD_HIDDEN  a descriptor of ours, that the program does not know of
 *   FD_DGRAM   socket(2) has returned a UDP socket here, and nothing has been
 *              sent from it that goes to the proxy
 *   1 ...      the index of a struct conn (conn.h)
 *   0x8000 ... the same of a struct udp (udp.h)
 *
 * libc may close a descriptor without telling us, and a vfork child shares the
 * table while it has descriptors of its own. So: nothing is concluded from a
 * value but by those who have checked it, and a vfork child changes no claim.
 * Descriptors of FD_TABLE_SIZE and above are never known.
 *
 * Lock-free; async-signal-safe.
 */
#ifndef PRELOAD_FDTABLE_H
#define PRELOAD_FDTABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define FD_TABLE_SIZE (1 << 20)

enum {
	FD_UNKNOWN = 0,
	FD_CONN_MAX = 0x7fff,
	FD_UDP_FIRST = 0x8000,
	FD_UDP_MAX = 0xfff0,
	FD_FRESH = 0xffff,
	FD_EPOLL = 0xfffe,
	FD_HIDDEN = 0xfffd,
	FD_DGRAM = 0xfffc,
};

extern _Atomic uint16_t fd_table[FD_TABLE_SIZE];

/* One more than the highest number that anything was ever known of. */
extern atomic_int fd_table_end;

static inline uint16_t fd_get(int fd)
{
	if ((unsigned)fd >= FD_TABLE_SIZE)
		return FD_UNKNOWN;
	return atomic_load_explicit(&fd_table[fd], memory_order_acquire);
}

static inline void fd_set_value(int fd, uint16_t value)
{
	int end = atomic_load_explicit(&fd_table_end, memory_order_relaxed);

	if ((unsigned)fd >= FD_TABLE_SIZE)
		return;
	while (fd >= end && !atomic_compare_exchange_weak(&fd_table_end, &end,
							  fd + 1))
		;
	atomic_store_explicit(&fd_table[fd], value, memory_order_release);
}

static inline bool fd_is_conn(uint16_t value)
{
	return value != FD_UNKNOWN && value <= FD_CONN_MAX;
}

static inline bool fd_is_udp(uint16_t value)
{
	return (value >= FD_UDP_FIRST && value <= FD_UDP_MAX) ||
	       value == FD_DGRAM;
}

#endif
