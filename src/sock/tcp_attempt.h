/* SPDX-License-Identifier: MIT */
/*
 * One attempt to connect a TCP socket by way of the proxy, in steps that never
 * wait: whoever has started it says when the socket may be ready. The blocking
 * connect(2) drives it by poll(2), the helper thread by epoll(7).
 *
 * DOC: Theory of operation
 *
 *   TCP_CONNECTING  the kernel connects the socket to the proxy: wait for
 *                   POLLOUT, then step
 *   TCP_HANDSHAKE   RFC 1928 on it: wait for what tcp_attempt_events() says,
 *                   then step. With proxies on the way to ours, one handshake
 *                   after the other, each for the next
 *   TCP_DONE        it is connected; its peer is noted in the run state
 *   TCP_FAILED      @error; the socket is as the last step left it, and the
 *                   owner makes it look as the kernel's failure would
 *   TCP_LINGER      nothing but open until the deadline, and TCP_DONE then
 *
 * It holds one pointer, to the run, and may be copied. Nothing here changes
 * O_NONBLOCK: our own I/O uses MSG_DONTWAIT. Never touches errno;
 * async-signal-safe; the caller serialises access to one attempt.
 */
#ifndef SOCK_TCP_ATTEMPT_H
#define SOCK_TCP_ATTEMPT_H

#include "policy/run.h"
#include "socks/handshake.h"

enum tcp_state {
	TCP_CONNECTING,
	TCP_HANDSHAKE,
	TCP_DONE,
	TCP_FAILED,
	TCP_LINGER,
};

struct tcp_attempt {
	struct run *run;
	int fd;            /* what the I/O is done on */
	uint8_t state;     /* enum tcp_state */
	uint8_t server;    /* index into the first hop's addresses */
	uint8_t hop;       /* index into run->config.via; nvia: our proxy */
	uint8_t family;    /* of the sockaddr that the program passed */
	bool more;         /* half a message is in: its rest may be there */
	bool requested;    /* the request is out: the longer time-out runs */
	bool has_asked;
	bool said_zero;    /* connect(2) has, of the kernel's connection */
	uint8_t command;   /* enum socks_command, for our proxy */
	int error;         /* positive errno, for TCP_FAILED */
	int cause;         /* errno of the latest failure to reach the proxy; 0:
			    * the socket has no way there, whatever it does */
	uint64_t start;    /* ms, sock_about_ms() */
	uint64_t deadline; /* ms: when tcp_attempt_timed_out() is due */
	uint64_t cookie;   /* SO_COOKIE, where it was asked for; else 0 */
	struct endpoint target; /* where to, in the end */
	struct endpoint asked;  /* what getpeername(2) is to answer */
	struct handshake hs;    /* with the present hop, for the next */
};

/**
 * tcp_attempt_begin() - connect @fd to the first of the proxy's addresses
 * @family: the proxy's address is written in that family, IPv4 as
 *          ::ffff:a.b.c.d for AF_INET6
 * @asked: NULL: nobody will ask for the peer
 *
 * Return: 0: go on with tcp_attempt_step() at once (a socket that had been
 * connected by way of the proxy, and only now is told so by the kernel, is
 * TCP_DONE); -EINPROGRESS: a socket
 * that does not wait, or whose SO_SNDTIMEO has ended; -EINTR: a signal has
 * ended the wait, the kernel goes on; or the errno that ends it all: the
 * program's own (-EISCONN; -EAFNOSUPPORT for another family than the
 * socket's ...), or -ENETUNREACH (the user has been told)
 */
int tcp_attempt_begin(struct tcp_attempt *a, struct run *run, int fd,
		      int family, const struct endpoint *target,
		      const struct endpoint *asked);

/**
 * tcp_attempt_begin_associate() - the same for a control connection of UDP
 * (RFC 1928 section 7) on a socket of our own; when it is TCP_DONE,
 * handshake_bound() of @a->hs is where the relay listens
 * @dst: where datagrams will come from; 0.0.0.0:0 as a rule
 */
int tcp_attempt_begin_associate(struct tcp_attempt *a, struct run *run, int fd,
				int family, const struct endpoint *dst);

/** tcp_attempt_linger() - @fd is to stay open for so long: TCP_LINGER */
void tcp_attempt_linger(struct tcp_attempt *a, struct run *run, int fd,
			unsigned ms);

/**
 * tcp_attempt_step() - go on
 * @seen: what poll(2) or epoll(7) has said of the socket; 0: nothing, so that
 *        it is looked at
 * Return: enum tcp_state
 */
enum tcp_state tcp_attempt_step(struct tcp_attempt *a, short seen);

/**
 * tcp_attempt_hurry() - a first step, if the proxy is so near that the kernel's
 * connect has come to its end by now; it does not end the attempt
 */
void tcp_attempt_hurry(struct tcp_attempt *a);

/** tcp_attempt_events() - POLLIN or POLLOUT: what to wait for */
short tcp_attempt_events(const struct tcp_attempt *a);

/**
 * tcp_attempt_timed_out() - @deadline has passed; Return: TCP_FAILED, or
 * TCP_CONNECTING with the proxy's next address and a new deadline
 */
enum tcp_state tcp_attempt_timed_out(struct tcp_attempt *a);

/**
 * tcp_disconnect() - back to an unconnected socket, its options kept, no error
 * pending: what a refused connect(2) leaves
 */
void tcp_disconnect(int fd);

/** tcp_option() - getsockopt(2); 0 or -errno */
int tcp_option(int fd, int level, int name, void *value, socklen_t len);

/**
 * tcp_attempt_settle() - the program has been told that a non-blocking connect
 * is done: its next connect(2) is to say EISCONN, not 0 once more
 */
void tcp_attempt_settle(const struct tcp_attempt *a);

/** tcp_is_family() - is the socket's domain @family? */
bool tcp_is_family(int fd, int family);

/** tcp_is_nonblocking() - O_NONBLOCK, now */
bool tcp_is_nonblocking(int fd);

#endif
