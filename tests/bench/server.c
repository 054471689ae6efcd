/* SPDX-License-Identifier: MIT */
/*
 * A SOCKS5 server for measurements: takes every request, answers each message
 * DELAY milliseconds after it came, then holds the connection. One thread, so
 * that it disturbs what is measured as little as can be.
 *
 *	server DELAY
 *
 * Prints its port on 127.0.0.1.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FDS 4096

/* Answers that are due, in the order in which they fall due. */
static struct answer {
	int64_t due; /* us */
	int fd;
	uint32_t use;
} queue[1 << 16];
static unsigned head, tail;

static uint8_t step[FDS]; /* 0 greeting, 1 request, 2 connected */
static uint32_t use[FDS]; /* counts the connections that had this number */
static int epoll, listener;
static int64_t delay;

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void answer(int fd)
{
	static const uint8_t method[] = { 5, 0 };
	static const uint8_t reply[10] = { 5, 0, 0, 1 };

	if (step[fd] == 0)
		(void)!send(fd, method, sizeof(method), MSG_NOSIGNAL);
	else if (step[fd] == 1)
		(void)!send(fd, reply, sizeof(reply), MSG_NOSIGNAL);
	step[fd]++;
}

static void answer_due(void)
{
	while (head != tail && queue[head % (1 << 16)].due <= now_us()) {
		struct answer *a = &queue[head++ % (1 << 16)];

		if (use[a->fd] == a->use)
			answer(a->fd);
	}
}

static void accept_one(void)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	if (fd < 0)
		return;
	if (fd >= FDS) {
		close(fd);
		return;
	}
	step[fd] = 0;
	use[fd]++;
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
}

static void serve(int fd)
{
	uint8_t b[512];

	if (recv(fd, b, sizeof(b), 0) <= 0) {
		use[fd]++;
		close(fd);
		return;
	}
	if (step[fd] > 1)
		return;
	queue[tail++ % (1 << 16)] =
		(struct answer){ now_us() + delay, fd, use[fd] };
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event e = { .events = EPOLLIN }, events[256];
	socklen_t len = sizeof(a);

	delay = argc > 1 ? atoi(argv[1]) * 1000 : 0;
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	epoll = epoll_create1(0);
	if (bind(listener, (struct sockaddr *)&a, len) < 0 ||
	    listen(listener, 4096) < 0 ||
	    getsockname(listener, (struct sockaddr *)&a, &len) < 0)
		return 1;
	e.data.fd = listener;
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
	printf("%d\n", ntohs(a.sin_port));
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(epoll, events, 256, head != tail ? 1 : -1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == listener)
				accept_one();
			else
				serve(events[i].data.fd);
		}
		answer_due();
	}
}
