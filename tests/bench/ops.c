/* SPDX-License-Identifier: MIT */
/*
 * One operation, many times:
 *
 *	ops OPERATION COUNT [ADDRESS PORT]
 *
 *	connect         socket, connect to 203.0.113.10:80, close
 *	connect-native  the same by a hand-written SOCKS5 client
 *	resolve-same, resolve-distinct    getaddrinfo and freeaddrinfo
 *	read, write, poll, close, epoll_wait, send, recv    on descriptors that
 *	                have nothing to do with a proxy
 *
 * Prints "wall-ns cpu-ns" per operation; with the marks of count(1) around
 * ten operations if COUNT is 10.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#include "marks.h"

static struct sockaddr_in proxy, target;
static int pair[2], epoll;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void op_connect(long i)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)i;
	if (connect(fd, (struct sockaddr *)&target, sizeof(target)) < 0)
		die("connect");
	close(fd);
}

static void op_connect_native(long i)
{
	unsigned char b[10] = { 5, 1, 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)i;
	if (connect(fd, (struct sockaddr *)&proxy, sizeof(proxy)) < 0 ||
	    send(fd, b, 3, MSG_NOSIGNAL) != 3 || recv(fd, b, 2, 0) != 2)
		die("native");
	b[0] = 5;
	b[1] = 1;
	b[2] = 0;
	b[3] = 1;
	memcpy(b + 4, &target.sin_addr, 4);
	memcpy(b + 8, &target.sin_port, 2);
	if (send(fd, b, 10, MSG_NOSIGNAL) != 10 ||
	    recv(fd, b, 5, MSG_WAITALL) != 5 ||
	    recv(fd, b + 5, 5, MSG_WAITALL) != 5)
		die("native");
	close(fd);
}

static void resolve(const char *name)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list;

	if (getaddrinfo(name, "80", &hints, &list) != 0)
		die("getaddrinfo");
	freeaddrinfo(list);
}

static void op_resolve_same(long i)
{
	(void)i;
	resolve("www.example.test");
}

static void op_resolve_distinct(long i)
{
	char name[64];

	snprintf(name, sizeof(name), "host%07ld.example.test", i);
	resolve(name);
}

static void op_read(long i)
{
	char c;

	(void)i;
	(void)!read(pair[0], &c, 0);
}

static void op_write(long i)
{
	(void)i;
	(void)!write(pair[0], "", 0);
}

static void op_poll(long i)
{
	struct pollfd p = { .fd = pair[0], .events = POLLIN };

	(void)i;
	poll(&p, 1, 0);
}

static void op_epoll_wait(long i)
{
	struct epoll_event e;

	(void)i;
	epoll_wait(epoll, &e, 1, 0);
}

static void op_close(long i)
{
	(void)i;
	close(-1);
}

static void op_send(long i)
{
	(void)i;
	send(-1, "", 1, MSG_DONTWAIT);
}

static void op_recv(long i)
{
	char c;

	(void)i;
	recv(-1, &c, 1, MSG_DONTWAIT);
}

static double ns(struct timeval t)
{
	return (double)t.tv_sec * 1e9 + (double)t.tv_usec * 1e3;
}

static const struct {
	const char *name;
	void (*run)(long);
} operations[] = {
	{ "connect", op_connect },
	{ "connect-native", op_connect_native },
	{ "resolve-same", op_resolve_same },
	{ "resolve-distinct", op_resolve_distinct },
	{ "read", op_read },
	{ "write", op_write },
	{ "poll", op_poll },
	{ "epoll_wait", op_epoll_wait },
	{ "close", op_close },
	{ "send", op_send },
	{ "recv", op_recv },
};

int main(int argc, char **argv)
{
	void (*run)(long) = NULL;
	struct timespec t0, t1;
	struct rusage r0, r1;
	long count;

	if (argc < 3)
		return 2;
	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
		if (strcmp(operations[i].name, argv[1]) == 0)
			run = operations[i].run;
	if (run == NULL)
		return 2;
	count = atol(argv[2]);
	target = (struct sockaddr_in){ .sin_family = AF_INET,
				       .sin_port = htons(80) };
	inet_pton(AF_INET, "203.0.113.10", &target.sin_addr);
	proxy = target;
	if (argc > 4) {
		inet_pton(AF_INET, argv[3], &proxy.sin_addr);
		proxy.sin_port = htons((unsigned short)atoi(argv[4]));
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		die("socketpair");
	epoll = epoll_create1(0);

	run(-1); /* what happens once is not counted */
	if (count == 10)
		mark(MARK_BEGIN);
	getrusage(RUSAGE_SELF, &r0);
	clock_gettime(CLOCK_MONOTONIC, &t0);
	for (long i = 0; i < count; i++)
		run(i);
	clock_gettime(CLOCK_MONOTONIC, &t1);
	getrusage(RUSAGE_SELF, &r1);
	if (count == 10)
		mark(MARK_END);
	printf("%.1f %.1f\n",
	       ((double)(t1.tv_sec - t0.tv_sec) * 1e9 +
		(double)(t1.tv_nsec - t0.tv_nsec)) / (double)count,
	       (ns(r1.ru_utime) - ns(r0.ru_utime) + ns(r1.ru_stime) -
		ns(r0.ru_stime)) / (double)count);
	return 0;
}
