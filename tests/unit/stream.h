/* SPDX-License-Identifier: MIT */
/*
 * The kernel's TCP as a fake, for tests of what opens connections itself: what
 * it was asked stands in @stream.trace and @stream.sent, what is received comes
 * from @stream.input. To be included once in a program.
 */
#ifndef TESTS_UNIT_STREAM_H
#define TESTS_UNIT_STREAM_H

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "libc/libc.h"
#include "socks/endpoint.h"

#define STREAM_FD 7 /* the only socket there ever is */

static struct {
	char trace[1024];
	uint8_t sent[8192];
	size_t nsent;
	const uint8_t *input;
	size_t ninput, taken; /* then it waits, or ends */
	bool closes;
	size_t max; /* how much goes at once; 0: all of it */
	int interrupts;
	int socket_error;
	int connect_errors[4];
	unsigned connects;
	/* Called with each whole send, to bring the input for it. */
	void (*answer)(void);
	/* openat(2), where a test has files; else it is refused. */
	long (*open)(const char *path, int flags);
} stream;

__attribute__((format(printf, 1, 2))) static inline void
stream_note(const char *format, ...)
{
	size_t n = strlen(stream.trace);
	va_list ap;

	va_start(ap, format);
	vsnprintf(stream.trace + n, sizeof(stream.trace) - n, format, ap);
	va_end(ap);
	strncat(stream.trace, "\n",
		sizeof(stream.trace) - strlen(stream.trace) - 1);
}

static inline long stream_result(long r)
{
	errno = r < 0 ? (int)-r : 99; /* success may leave dirt */
	return r < 0 ? -1 : r;
}

static inline long stream_connect(const struct sockaddr *sa, socklen_t len)
{
	char text[ENDPOINT_TEXT_MAX];
	struct endpoint ep;

	if (sa->sa_family == AF_UNSPEC) {
		stream_note("disconnect");
		return stream_result(0);
	}
	ck_assert(endpoint_from_sockaddr(&ep, sa, len));
	endpoint_format(&ep, text);
	stream_note("connect %s", text);
	ck_assert_uint_lt(stream.connects, 4);
	return stream_result(-stream.connect_errors[stream.connects++]);
}

static inline long stream_syscall(long number, ...)
{
	const struct timeval *tv;
	long a[6] = { 0 };
	va_list ap;

	/* The sixth is on the stack, if there is one. */
	va_start(ap, number);
	for (int i = 0; i < (number == SYS_mmap ? 6 : 5); i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	switch (number) {
	case SYS_openat:
		if (stream.open == NULL)
			return stream_result(-ENOENT);
		return stream.open((const char *)a[1], (int)a[2]);
	case SYS_socket:
		stream_note("socket%s%s", (int)a[0] == AF_INET6 ? "6" : "",
			    (int)a[1] == (SOCK_STREAM | SOCK_CLOEXEC)
				    ? ""
				    : " of another type");
		return stream_result(stream.socket_error != 0
					     ? -stream.socket_error
					     : STREAM_FD);
	case SYS_connect:
		ck_assert_int_eq((int)a[0], STREAM_FD);
		return stream_connect((const struct sockaddr *)a[1],
				      (socklen_t)a[2]);
	case SYS_setsockopt:
		ck_assert_int_eq((int)a[0], STREAM_FD);
		ck_assert_int_eq((int)a[1], SOL_SOCKET);
		ck_assert((int)a[2] == SO_SNDTIMEO || (int)a[2] == SO_RCVTIMEO);
		tv = (const struct timeval *)a[3];
		stream_note("%stimeo %d",
			    (int)a[2] == SO_SNDTIMEO ? "snd" : "rcv",
			    (int)tv->tv_sec);
		return stream_result(0);
	case SYS_fcntl:
		return stream_result(O_RDWR);
	case SYS_close:
		if ((int)a[0] != STREAM_FD)
			return syscall(number, a[0]);
		stream_note("close");
		return stream_result(0);
	default:
		/* Not of the network: files. */
		return syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	}
}

static inline size_t stream_part(size_t n)
{
	return stream.max != 0 && n > stream.max ? stream.max : n;
}

static inline ssize_t stream_send(int fd, const void *p, size_t n, int flags)
{
	ck_assert_int_eq(fd, STREAM_FD);
	ck_assert(flags & MSG_NOSIGNAL);
	if (stream.interrupts > 0) {
		stream.interrupts--;
		return stream_result(-EINTR);
	}
	n = stream_part(n);
	ck_assert_uint_le(stream.nsent + n, sizeof(stream.sent));
	memcpy(stream.sent + stream.nsent, p, n);
	stream.nsent += n;
	if (stream.answer != NULL)
		stream.answer();
	return stream_result((ssize_t)n);
}

static inline ssize_t stream_recv(int fd, void *p, size_t n, int flags)
{
	size_t left = stream.ninput - stream.taken;

	(void)flags;
	ck_assert_int_eq(fd, STREAM_FD);
	if (stream.interrupts > 0) {
		stream.interrupts--;
		return stream_result(-EINTR);
	}
	if (left == 0)
		return stream_result(stream.closes ? 0 : -EAGAIN);
	n = stream_part(n < left ? n : left);
	memcpy(p, stream.input + stream.taken, n);
	stream.taken += n;
	return stream_result((ssize_t)n);
}

static inline int stream_poll(struct pollfd *p, nfds_t n, int ms)
{
	(void)p;
	(void)n;
	(void)ms;
	return 1;
}

static inline int stream_getsockopt(int fd, int level, int name, void *value,
				    socklen_t *len)
{
	(void)fd;
	(void)level;
	(void)name;
	memset(value, 0, *len);
	return 0;
}

static inline void stream_begin(void)
{
	static const struct libc fakes = {
		.syscall = stream_syscall,
		.send = stream_send,
		.recv = stream_recv,
		.poll = stream_poll,
		.getsockopt = stream_getsockopt,
	};

	memset(&stream, 0, sizeof(stream));
	libc_table = fakes;
	errno = 4711;
}

#endif
