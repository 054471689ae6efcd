/* SPDX-License-Identifier: MIT */
/*
 * What stands before every call that reads or writes: nothing, but while a
 * connection of this process is pending. Async-signal-safe.
 */
#ifndef PRELOAD_GATE_H
#define PRELOAD_GATE_H

#include "libc/libc.h"
#include "preload/conn.h"
#include "preload/state.h"
#include "preload/udp.h"

/**
 * gate() - may the kernel see this I/O on @fd now?
 * @flags: of the call; MSG_DONTWAIT counts
 * @timeout_option: SO_SNDTIMEO or SO_RCVTIMEO, for blocking sockets
 * While the connection is pending a non-blocking socket says -EAGAIN and a
 * blocking one waits here, as the kernel does in SYN_SENT. One that has failed
 * says why, once.
 * Return: 0 or -errno
 */
int gate_slow(int fd, int flags, int timeout_option);

static inline int gate(int fd, int flags, int timeout_option)
{
	if (likely(atomic_load_explicit(&conn_active, memory_order_relaxed) ==
		   0) ||
	    !fd_is_conn(fd_get(fd)))
		return 0;
	return gate_slow(fd, flags, timeout_option);
}

/*
 * All that a hook does while nothing is pending: straight on to libc. The way
 * through gate() is a function of its own (SLOW), so that the compiler saves no
 * register for it here.
 */
#define SLOW __attribute__((noinline, cold))
#define PASS(name, ...)                                                      \
	do {                                                                 \
		__typeof__(name) *pass_fn = __atomic_load_n(                 \
			&libc_table.name, __ATOMIC_RELAXED);                 \
		if (likely(pass_fn != NULL) &&                               \
		    likely(atomic_load_explicit(&conn_active,                \
						memory_order_relaxed) == 0)) \
			return pass_fn(__VA_ARGS__);                         \
	} while (0)

/* A hook that returns what gate() refuses with. */
#define GATE(fd, flags, timeout_option)                             \
	do {                                                        \
		int gate_r = gate(fd, flags, timeout_option);       \
		if (unlikely(gate_r < 0))                           \
			return (int)hook_result(gate_r);            \
	} while (0)
/*
 * A hook that returns what @call does, if @fd is a UDP socket. If it is no
 * socket after all, the number has another meaning now, and nobody has said so.
 */
#define DATAGRAM(fd, call)                                          \
	do {                                                        \
		if (udp_concerns(fd)) {                             \
			ssize_t dg_r = (call);                      \
			if (likely(dg_r != -ENOTSOCK))              \
				return (int)hook_result(dg_r);      \
			udp_forget(fd);                             \
		}                                                   \
	} while (0)

#define GATE_SEND(fd, flags) GATE(fd, flags, SO_SNDTIMEO)
#define GATE_RECV(fd, flags) GATE(fd, flags, SO_RCVTIMEO)

#endif
