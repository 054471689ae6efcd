/* SPDX-License-Identifier: MIT */
/*
 * Sockets that are being connected in the background.
 *
 * DOC: Theory of operation
 *
 * connect(2) on a non-blocking socket returns EINPROGRESS, and a thread of
 * ours (helper.h) runs the handshake on a hidden duplicate of the socket. The
 * program must not see that the kernel holds it connected already (to the
 * proxy) before the proxy has answered:
 *
 *   epoll    its registrations are withheld: taken out at connect, remembered,
 *            and added when it is done. EPOLL_CTL_ADD reports what is ready
 *            then, to sleeping threads too, edge-triggered or not.
 *   poll, select    watch an eventfd in the socket's place.
 *   all else    is answered here as the kernel answers for SYN_SENT.
 *
 * A connection has a process-local part (struct conn) and an outcome in shared
 * memory, so that processes forked meanwhile learn it too. States:
 *
 *   CONN_FRESH    not connected yet; known only for its epoll registrations
 *   CONN_PENDING  the handshake runs, in this process or in a relative
 *   CONN_DONE     connected: the kernel answers for it, and it is forgotten
 *   CONN_FAILED   the kernel socket looks refused; @error waits to be told
 *
 * One lock, with all signals blocked and cancellation disabled while it is
 * held, never held across anything that waits. In a vfork child nothing here
 * changes anything. Where the machinery cannot be had (no thread, no memory)
 * conn_start() says so, and the caller waits itself.
 *
 * Functions return -errno, leave errno alone, and are async-signal-safe unless
 * they say otherwise.
 */
#ifndef PRELOAD_CONN_H
#define PRELOAD_CONN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>

#include "base/compiler.h"
#include "preload/fdtable.h"
#include "sock/tcp_attempt.h"

enum conn_state {
	CONN_FRESH,
	CONN_PENDING,
	CONN_DONE,
	CONN_FAILED,
};

/*
 * Connections of this process that are pending, or failed with the error yet
 * untold, and the numbers of UDP sockets: while it is 0, every hook is a tail
 * call.
 */
extern atomic_uint conn_active;

/** conn_fresh() - socket(2) has made a TCP socket */
void conn_fresh(int fd);

/**
 * conn_closing() - @fd is about to be closed
 * @first, @last: with all of these, if @first <= @last
 */
void conn_closing(int fd, unsigned first, unsigned last);

/** conn_overwriting() - @fd may be about to mean another file */
void conn_overwriting(int fd);
/** conn_overwritten() - ... and does */
void conn_overwritten(int fd);

/** conn_table_is_ours() - false in a vfork child, or before the first socket */
bool conn_table_is_ours(void);

/** conn_give_way() - the program takes the number of a hidden descriptor */
void conn_give_way(int fd);

/** conn_duplicated() - @new is a duplicate of @old now */
void conn_duplicated(int old, int new);

/**
 * conn_withhold() - connect(2) is about to begin: take the socket out of the
 * epoll instances that it is registered with
 */
void conn_withhold(int fd);

/**
 * conn_begin_inline() - other threads are to see @fd pending while the caller
 * itself waits for it; conn_connected() or conn_end_inline() follows
 * Return: what conn_is_still() knows it by, or 0
 */
uint64_t conn_begin_inline(int fd);
void conn_end_inline(int fd);

/**
 * conn_is_still() - does @fd mean what it meant then? Another thread may have
 * closed it, or put another file in its place
 * @id: 0: there are no other threads
 */
bool conn_is_still(int fd, uint64_t id);

/** conn_owes_zero() - the next connect(2) is to say 0, once; and it has */
bool conn_owes_zero(int fd);

/** conn_connected() - it has ended well at once: nothing to know any more */
void conn_connected(int fd);

/**
 * conn_start() - go on with @a in the background
 * @a: copied; its fd is @fd
 * @id: as conn_is_still()
 * Return: false if that cannot be had
 */
bool conn_start(int fd, const struct tcp_attempt *a, uint64_t id);

/** conn_is_pending() - costs nothing while nothing is */
static inline bool conn_is_pending(int fd);

/** conn_state() - of the connection behind @fd; CONN_FRESH if there is none */
enum conn_state conn_state(int fd);

/**
 * conn_take_error() - the error of a failed connection, once; 0 afterwards
 */
int conn_take_error(int fd);

/** conn_forget() - a failed connection has been told: fresh again */
void conn_forget(int fd);

/** conn_cancel() - give up a pending connection; false if it is not pending */
bool conn_cancel(int fd);

/**
 * conn_wait() - wait until @fd is not pending any more, or a signal comes
 * @option: SO_SNDTIMEO or SO_RCVTIMEO: whose time-out counts
 * Return: 0, -EINTR or -EAGAIN; -EBADF if @fd is closed meanwhile. Without a
 * time-out it is a blocking read(2) of an eventfd: interrupted and restarted
 * exactly as the kernel's own wait.
 */
int conn_wait(int fd, int option);

/**
 * conn_expect() - whoever sleeps (bell.h) is to be woken when @fd, which is
 * pending, is so no more
 * Return: false if that cannot be had
 */
bool conn_expect(int fd);

/**
 * conn_epoll_ctl() - epoll_ctl(2) on a socket that is FRESH or known here
 * Return: 0 or -errno
 */
int conn_epoll_ctl(int epfd, int op, int fd, struct epoll_event *event);

static inline bool conn_is_pending(int fd)
{
	return unlikely(atomic_load_explicit(&conn_active,
					     memory_order_relaxed) != 0) &&
	       fd_is_conn(fd_get(fd)) && conn_state(fd) == CONN_PENDING;
}

/** conn_quiesce() - wait until no thread of ours is left (unshare(2)) */
void conn_quiesce(void);

/**
 * conn_await_exec() - pending connections that survive exec come to their end
 * first, for the new program would take the proxy's connection for its own;
 * those that do not within a few seconds are given up
 */
void conn_await_exec(void);

#endif
