/* SPDX-License-Identifier: MIT */
/*
 * A connect(2) that is pending for about a second, with socksify and without.
 * So the kernel itself says whether what a victim expects is right (`native`).
 *
 * Without socksify the target's queue is full: the SYN is lost and sent again
 * a second later. Meanwhile a child has made room, and echoes what comes; or
 * it has closed the port. With socksify the proxy takes its time, and the
 * target is never reached. park() makes one connection of its own, which comes
 * to nothing: it counts in the proxy's script.
 */
#ifndef PRELOAD_PENDING_H
#define PRELOAD_PENDING_H

#include "victim.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>

/* Pending is at least so long. */
#define PENDING_MS 450
/* ... and not so long. */
#define ENDED_MS 5000

enum target_end { WELL, REFUSED };

__attribute__((noreturn)) static inline void echo_forever(int listener)
{
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		char buf[4096];
		ssize_t n;

		if (fork() != 0) {
			close(fd);
			continue;
		}
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
			send(fd, buf, (size_t)n, MSG_NOSIGNAL);
		_exit(0);
	}
}

static inline void unblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	CHECK(fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0);
}

static inline void block(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	CHECK(fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == 0);
}

/* A target that takes half a second to make room. */
static inline struct sockaddr_in park(enum target_end end)
{
	struct sockaddr_in sin = ipv4("127.0.0.1", 0);
	socklen_t len = sizeof(sin);
	int l = tcp_socket(), filler = tcp_socket();
	struct pollfd p = { .fd = filler, .events = POLLOUT };
	pid_t parent = getpid();

	CHECK(bind(l, (struct sockaddr *)&sin, sizeof(sin)) == 0);
	CHECK(getsockname(l, (struct sockaddr *)&sin, &len) == 0);
	CHECK(listen(l, 0) == 0);
	unblock(filler);
	CHECK_FAILS(connect(filler, (struct sockaddr *)&sin, len),
		    EINPROGRESS);
	poll(&p, 1, 10);
	close(filler);
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(0);
		/* The victim's own are its own to close. */
		for (int fd = 3; fd < 64; fd++)
			if (fd != l)
				close(fd);
		poll(NULL, 0, 500);
		if (end == REFUSED)
			_exit(0);
		signal(SIGCHLD, SIG_IGN);
		listen(l, 128);
		echo_forever(l);
	}
	close(l);
	return sin;
}

/* A non-blocking connect that is pending from now on. */
static inline void begin_on(int fd, const struct sockaddr_in *sin)
{
	CHECK_FAILS(connect(fd, (const struct sockaddr *)sin, sizeof(*sin)),
		    EINPROGRESS);
}

static inline int begin(const struct sockaddr_in *sin)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	CHECK(fd >= 0);
	begin_on(fd, sin);
	return fd;
}

static inline int so_error(int fd)
{
	socklen_t len = sizeof(int);
	int error = -1;

	CHECK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0);
	return error;
}

/* Wait for the end. */
static inline void await_end(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	CHECK(poll(&p, 1, ENDED_MS) == 1);
}

/* ... of an established connection to something that echoes. */
static inline void await_peer(int fd)
{
	await_end(fd);
	CHECK(so_error(fd) == 0);
}

/* Non-blocking; what has been sent comes back. */
static inline void await_input(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	CHECK(poll(&p, 1, ENDED_MS) == 1 && p.revents == POLLIN);
}

#endif
