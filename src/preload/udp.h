/* SPDX-License-Identifier: MIT */
/*
 * UDP sockets: what the hooks ask of them.
 *
 * DOC: Theory of operation
 *
 * A UDP socket gets a relay (RFC 1928 section 7) when something is first sent
 * from it that goes to the proxy. From then on it is a struct udp; before, its
 * number says FD_DGRAM, and the kernel has it as it is. Either is counted in
 * conn_active, so that the hooks of reading and writing come here.
 *
 *   UDP_IDLE     no relay: not asked for yet, or lost
 *   UDP_PENDING  a control connection is on its way. Who may wait, waits; what
 *                others send is queued (at most UDP_QUEUE_MAX octets, the oldest
 *                give way) and sent in order when the relay is there
 *   UDP_READY    datagrams go to the relay with a header, each by one call
 *   UDP_REFUSED  the proxy has no relay for us; asked again after a while
 *
 * connect(2) connects the kernel's socket to the relay: strangers are kept
 * out there, and getsockname(2) answers. While there is none it is connected
 * to the proxy's own address, from which nothing comes.
 *
 * A struct udp is read under a sequence counter and changed under the lock of
 * conn.h, which is never held across a wait. All its numbers (dup(2)) share
 * it; forked processes share the relay, and its control connection lives as
 * long as one of them has it. The relay is noted in the run state too, by the
 * socket's cookie, for those who come by the socket otherwise.
 *
 * Functions return a result or -errno, leave errno alone, and are
 * async-signal-safe and cancellation points as the call that they stand for.
 */
#ifndef PRELOAD_UDP_H
#define PRELOAD_UDP_H

#include <sys/socket.h>

#include "base/compiler.h"
#include "policy/destination.h"
#include "preload/conn.h"
#include "preload/fdtable.h"
#include "sock/udp_address.h"

#define UDP_QUEUE_MAX (256 * 1024)

/** udp_concerns() - is @fd a UDP socket, as far as is known here? */
static inline bool udp_concerns(int fd)
{
	return unlikely(atomic_load_explicit(&conn_active,
					     memory_order_relaxed) != 0) &&
	       fd_is_udp(fd_get(fd));
}

/* --- the life of a number (udp.c) ------------------------------------------ */

/** udp_fresh() - socket(2) has made a UDP socket */
void udp_fresh(int fd);
/** udp_closing() - @fd, which is known here, is about to be closed */
void udp_closing(int fd);
/** udp_duplicated() - @new is a duplicate of @old now */
void udp_duplicated(int old, int new);
/** udp_forget() - @fd turns out to be something else */
void udp_forget(int fd);
/** udp_forked() - in the child, with the lock held */
void udp_forked(void);
/** udp_give_way() - was hidden @fd one of ours? It has moved. Lock held */
bool udp_give_way(int fd);
/**
 * udp_await() - wait until nothing is queued any more, at most 2 s, and for
 * relays to have got what was sent last
 */
void udp_await(void);

/* --- connect(2) (udp_connect.c) --------------------------------------------- */

/** udp_connect() - to a destination that goes to the proxy */
int udp_connect(struct run *run, int fd, const struct destination *d,
		const struct sockaddr *addr, socklen_t len);
/** udp_disconnect() - the program connects @fd to something else, or to nobody */
void udp_disconnect(int fd);
/**
 * udp_becomes_stdio() - a number of it is standard input or output now: libc's
 * stdio writes there without a header, and nobody sees (bash's /dev/udp). The
 * kernel's socket is disconnected, so that it fails: EDESTADDRREQ.
 */
void udp_becomes_stdio(int fd);

/**
 * udp_shutdown() - shutdown(2): what is queued goes out first
 * Return: false: it is the kernel's matter, now
 */
bool udp_shutdown(int fd, int how);
/** udp_peer() - what getpeername(2) says; false: what the kernel says */
bool udp_peer(int fd, union udp_address *peer);

/** udp_has_headers() - are there headers, that data would have to go around? */
bool udp_has_headers(int fd);

/* --- data (udp_out.c, udp_in.c) --------------------------------------------- */

/**
 * udp_sendmsg() - for sends with and without an address
 * @msg, its iovecs and control data must be readable
 */
ssize_t udp_sendmsg(int fd, const struct msghdr *msg, int flags);
ssize_t udp_send_octets(int fd, const void *buf, size_t n, int flags,
			const struct sockaddr *addr, socklen_t len);
int udp_sendmmsg(int fd, struct mmsghdr *msgs, unsigned n, int flags);

ssize_t udp_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t udp_recv_octets(int fd, void *buf, size_t n, int flags,
			struct sockaddr *addr, socklen_t *len);
int udp_recvmmsg(int fd, struct mmsghdr *msgs, unsigned n, int flags,
		 struct timespec *timeout);

#endif
