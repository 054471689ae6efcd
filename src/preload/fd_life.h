/* SPDX-License-Identifier: MIT */
/*
 * What happens to numbers of descriptors is told to whom it concerns: TCP
 * connections (conn.h) and UDP sockets (udp.h). Async-signal-safe; leaves
 * errno alone.
 */
#ifndef PRELOAD_FD_LIFE_H
#define PRELOAD_FD_LIFE_H

#include "preload/conn.h"
#include "preload/udp.h"

/* With all from @first to @last, if @first <= @last. */
static inline void fd_closing_with(int fd, unsigned first, unsigned last)
{
	uint16_t v = fd_get(fd);

	if (likely(v == FD_UNKNOWN))
		return;
	if (fd_is_udp(v))
		udp_closing(fd);
	else
		conn_closing(fd, first, last);
}

/** fd_closing() - @fd is about to be closed */
static inline void fd_closing(int fd)
{
	fd_closing_with(fd, 1, 0);
}

/** fd_closing_range() - all of them are */
static inline void fd_closing_range(unsigned first, unsigned last)
{
	unsigned end = (unsigned)atomic_load(&fd_table_end);

	for (unsigned fd = first; fd <= last && fd < end; fd++)
		fd_closing_with((int)fd, first, last);
}

/** fd_overwriting() - @fd may be about to mean another file */
static inline void fd_overwriting(int fd)
{
	if (unlikely(fd_get(fd) == FD_EPOLL))
		conn_overwriting(fd);
}

/** fd_overwritten() - ... and does */
static inline void fd_overwritten(int fd)
{
	uint16_t v = fd_get(fd);

	if (likely(v == FD_UNKNOWN))
		return;
	if (fd_is_udp(v))
		udp_closing(fd);
	else
		conn_overwritten(fd);
}

/** fd_duplicated() - @new is a duplicate of @old now */
static inline void fd_duplicated(int old, int new)
{
	if (fd_is_udp(fd_get(old)))
		udp_duplicated(old, new);
	else
		conn_duplicated(old, new);
}

#endif
