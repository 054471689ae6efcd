/* SPDX-License-Identifier: MIT */
/*
 * What the victims share. A victim is an ordinary program that knows nothing
 * of us; run.py starts it under socksify --loopback=proxy, with the proxy that
 * the comment at the head of its source describes. Nothing listens at TARGET:
 * whoever gets there past the proxy is refused at once.
 */
#ifndef PRELOAD_VICTIM_H
#define PRELOAD_VICTIM_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TARGET    "127.1.2.3"
#define TARGET6   "2001:db8::7"
#define PORT      7
#define EXIT_SKIP 77

__attribute__((noreturn)) static inline void
check_failed(const char *file, int line, const char *what)
{
	dprintf(2, "%s:%d: not true: %s (errno %s)\n", file, line, what,
		strerrorname_np(errno));
	_exit(1);
}

#define CHECK(what)                                             \
	do {                                                    \
		if (!(what))                                    \
			check_failed(__FILE__, __LINE__, #what); \
	} while (0)

#define NOT_REACHED() check_failed(__FILE__, __LINE__, "not reached")

/* The call returns -1 and sets this errno. */
#define CHECK_FAILS(call, error)                                          \
	do {                                                              \
		errno = 0;                                                \
		if ((long)(call) != -1 || errno != (error))               \
			check_failed(__FILE__, __LINE__, #call " fails: " \
							 #error);         \
	} while (0)

static inline struct sockaddr_in ipv4(const char *text, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(port) };

	CHECK(inet_pton(AF_INET, text, &sin.sin_addr) == 1);
	return sin;
}

static inline struct sockaddr_in6 ipv6(const char *text, uint16_t port)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6,
				     .sin6_port = htons(port) };

	CHECK(inet_pton(AF_INET6, text, &sin6.sin6_addr) == 1);
	return sin6;
}

static inline int connect4(int fd, const char *text, uint16_t port)
{
	struct sockaddr_in sin = ipv4(text, port);

	return connect(fd, (struct sockaddr *)&sin, sizeof(sin));
}

static inline int connect6(int fd, const char *text, uint16_t port)
{
	struct sockaddr_in6 sin6 = ipv6(text, port);

	return connect(fd, (struct sockaddr *)&sin6, sizeof(sin6));
}

static inline int tcp_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(fd >= 0);
	return fd;
}

/* A socket connected to TARGET. */
static inline int connected(void)
{
	int fd = tcp_socket();

	CHECK(connect4(fd, TARGET, PORT) == 0);
	return fd;
}

static inline void read_exactly(int fd, void *buf, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = read(fd, (char *)buf + got, n - got);

		CHECK(r > 0);
		got += (size_t)r;
	}
}

/* A system call of the program's own, that nobody sees. */
static inline void close_raw(long fd)
{
#ifdef __x86_64__
	long r = SYS_close;

	__asm__ volatile("syscall"
			 : "+a"(r)
			 : "D"(fd)
			 : "rcx", "r11", "memory");
	CHECK(r == 0);
#else
	(void)fd;
	exit(EXIT_SKIP);
#endif
}

/* The proxy's script must have come to `echo`. */
static inline void talk(int fd)
{
	char buf[4];

	CHECK(write(fd, "ping", 4) == 4);
	read_exactly(fd, buf, 4);
	CHECK(memcmp(buf, "ping", 4) == 0);
}

/* Where getpeername says that it is connected to. */
static inline void check_peer(int fd, const char *text, uint16_t port)
{
	struct sockaddr_in got, want = ipv4(text, port);
	socklen_t len = sizeof(got);

	CHECK(getpeername(fd, (struct sockaddr *)&got, &len) == 0);
	CHECK(len == sizeof(got) && got.sin_family == AF_INET);
	CHECK(got.sin_port == want.sin_port);
	CHECK(got.sin_addr.s_addr == want.sin_addr.s_addr);
}

/* The whole of it, once. */
static inline void use_network(void)
{
	int fd = connected();

	talk(fd);
	check_peer(fd, TARGET, PORT);
	CHECK(close(fd) == 0);
}

static inline void check_child(pid_t pid)
{
	int status;

	CHECK(pid > 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static inline long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#endif
