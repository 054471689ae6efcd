/* SPDX-License-Identifier: MIT */
/*
 * What every call that reads, or writes, has to do: on descriptors that are no
 * sockets of ours, and on one whose connect(2) is pending, that comes to its
 * end well, and that does not. The proxy's script, with two parked targets
 * (pending.h):
 *
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next; (the same four times in all, then)
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 */
#ifndef PRELOAD_PENDING_IO_H
#define PRELOAD_PENDING_IO_H

#include <pthread.h>

#include "pending.h"

typedef ssize_t receive(int fd, void *buf, size_t n);
typedef ssize_t transmit(int fd, const void *buf, size_t n);

static inline void *send_ping(void *fd)
{
	CHECK(send(*(int *)fd, "ping", 4, MSG_NOSIGNAL) == 4);
	return NULL;
}

static inline void check_receiver(receive *f)
{
	struct sockaddr_in good, bad;
	pthread_t thread;
	char buf[8] = "";
	int pair[2], a, b, c;
	long start;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
	CHECK_FAILS(f(pair[0], buf, 4), EAGAIN);
	CHECK(write(pair[1], "pingpong", 8) == 8);
	CHECK(f(pair[0], buf, 4) == 4 && memcmp(buf, "ping", 4) == 0);

	good = park(WELL);
	bad = park(REFUSED);
	start = now_ms();
	a = begin(&good);
	b = begin(&good);
	c = begin(&bad);
	CHECK_FAILS(f(a, buf, 4), EAGAIN);
	CHECK_FAILS(f(c, buf, 4), EAGAIN);
	/* Others are not concerned. */
	CHECK(f(pair[0], buf, 4) == 4 && memcmp(buf, "pong", 4) == 0);
	CHECK_FAILS(f(pair[0], buf, 4), EAGAIN);
	CHECK_FAILS(f(-1, buf, 4), EBADF);
	CHECK(shutdown(pair[1], SHUT_WR) == 0);
	CHECK(f(pair[0], buf, 4) == 0);

	/* A blocking one waits, for the connection and for what comes. */
	block(b);
	CHECK(pthread_create(&thread, NULL, send_ping, &b) == 0);
	CHECK(f(b, buf, 4) == 4 && memcmp(buf, "ping", 4) == 0);
	CHECK(now_ms() - start >= PENDING_MS);
	CHECK(pthread_join(thread, NULL) == 0);

	await_peer(a);
	CHECK_FAILS(f(a, buf, 4), EAGAIN);
	CHECK(send(a, "ping", 4, 0) == 4);
	await_input(a);
	CHECK(f(a, buf, 4) == 4 && memcmp(buf, "ping", 4) == 0);
	CHECK_FAILS(f(a, buf, 4), EAGAIN);

	await_end(c);
	CHECK_FAILS(f(c, buf, 4), ECONNREFUSED);
	CHECK(f(c, buf, 4) == 0);
	CHECK(so_error(c) == 0);
	close(a);
	close(b);
	close(c);
	close(pair[0]);
	close(pair[1]);
}

static inline void check_sender(transmit *f)
{
	struct sockaddr_in good, bad;
	char buf[8] = "";
	int pair[2], a, b, c;
	long start;

	signal(SIGPIPE, SIG_IGN);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
	CHECK(f(pair[0], "ping", 4) == 4);
	read_exactly(pair[1], buf, 4);
	CHECK(memcmp(buf, "ping", 4) == 0);

	good = park(WELL);
	bad = park(REFUSED);
	start = now_ms();
	a = begin(&good);
	b = begin(&good);
	c = begin(&bad);
	CHECK_FAILS(f(a, "never", 5), EAGAIN);
	CHECK_FAILS(f(c, "never", 5), EAGAIN);
	/* Others are not concerned. */
	CHECK(f(pair[0], "pong", 4) == 4);
	read_exactly(pair[1], buf, 4);
	CHECK(memcmp(buf, "pong", 4) == 0);
	CHECK_FAILS(f(-1, "x", 1), EBADF);
	CHECK(shutdown(pair[1], SHUT_RDWR) == 0);
	CHECK_FAILS(f(pair[0], "x", 1), EPIPE);

	/* A blocking one waits. */
	block(b);
	CHECK(f(b, "ping", 4) == 4);
	CHECK(now_ms() - start >= PENDING_MS);
	read_exactly(b, buf, 4);
	CHECK(memcmp(buf, "ping", 4) == 0);

	await_peer(a);
	CHECK(f(a, "pong", 4) == 4);
	await_input(a);
	CHECK(read(a, buf, 8) == 4 && memcmp(buf, "pong", 4) == 0);

	await_end(c);
	CHECK_FAILS(f(c, "x", 1), ECONNREFUSED);
	CHECK_FAILS(f(c, "x", 1), EPIPE);
	CHECK(so_error(c) == 0);
	close(a);
	close(b);
	close(c);
	close(pair[0]);
	close(pair[1]);
}

#endif
