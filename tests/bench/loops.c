/* SPDX-License-Identifier: MIT */
/*
 * Many connects at once in one event loop:
 *
 *	loops KIND COUNT [PORT]
 *
 * KIND is epoll, poll or select. With PORT it speaks SOCKS5 itself, to
 * 127.0.0.1:PORT: the floor. Without, it connects to 203.0.113.9:80 and leaves
 * the rest to whoever has preloaded what. Prints "total-ms connect-p99-us
 * connect-max-us lateness-p99-us", the last of a 1 ms timer in the same loop.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum kind { EPOLL, POLL, SELECT };
enum step { CONNECT, METHOD, REPLY, DONE };

#define MAX 1000

static struct pollfd fds[MAX]; /* what is waited for, whatever the kind */
static enum step steps[MAX];
static int count, done, epoll;
static enum kind kind;
static bool native;
static double connects[MAX], lateness[1000000];
static int ticks;

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void watch(int i, short events, int op)
{
	struct epoll_event e = { .events = (unsigned)events,
				 .data.fd = i };

	fds[i].events = events;
	if (kind == EPOLL)
		epoll_ctl(epoll, op, fds[i].fd, &e);
}

static void finish(int i)
{
	struct epoll_event none = { 0 };

	if (kind == EPOLL)
		epoll_ctl(epoll, EPOLL_CTL_DEL, fds[i].fd, &none);
	else
		fds[i].fd = -1 - fds[i].fd;
	steps[i] = DONE;
	done++;
}

static void advance(int i)
{
	static const char request[] = "\5\1\0\1\313\0\161\11\0\120";
	int error, fd = fds[i].fd;
	socklen_t len = sizeof(error);
	char b[16];

	switch (steps[i]) {
	case CONNECT:
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 ||
		    error != 0)
			die("connect");
		if (!native) {
			finish(i);
			return;
		}
		if (send(fd, "\5\1\0", 3, 0) != 3)
			die("greeting");
		steps[i] = METHOD;
		watch(i, POLLIN, EPOLL_CTL_MOD);
		return;
	case METHOD:
		if (recv(fd, b, 2, 0) != 2 || send(fd, request, 10, 0) != 10)
			die("method");
		steps[i] = REPLY;
		return;
	case REPLY:
		if (recv(fd, b, 10, 0) != 10)
			die("reply");
		finish(i);
		return;
	case DONE:
		return;
	}
}

static void wait_select(void)
{
	fd_set r, w;
	struct timeval t = { 0, 1000 };
	int n = 0;

	FD_ZERO(&r);
	FD_ZERO(&w);
	for (int i = 0; i < count; i++) {
		if (fds[i].fd < 0)
			continue;
		FD_SET(fds[i].fd, fds[i].events == POLLIN ? &r : &w);
		if (fds[i].fd >= n)
			n = fds[i].fd + 1;
	}
	if (select(n, &r, &w, NULL, &t) <= 0)
		return;
	for (int i = 0; i < count; i++)
		if (fds[i].fd >= 0 && (FD_ISSET(fds[i].fd, &r) ||
				       FD_ISSET(fds[i].fd, &w)))
			advance(i);
}

static void wait_once(void)
{
	struct epoll_event events[256];
	int n;

	switch (kind) {
	case EPOLL:
		n = epoll_wait(epoll, events, 256, 1);
		for (int i = 0; i < n; i++)
			advance(events[i].data.fd);
		return;
	case POLL:
		if (poll(fds, (nfds_t)count, 1) > 0)
			for (int i = 0; i < count; i++)
				if (fds[i].fd >= 0 && fds[i].revents != 0)
					advance(i);
		return;
	case SELECT:
		wait_select();
		return;
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double percentile(double *v, int n, double p)
{
	if (n == 0)
		return 0;
	qsort(v, (size_t)n, sizeof(*v), compare);
	return v[(int)(p * (n - 1))];
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	double start, due, t;

	if (argc < 3)
		return 2;
	kind = strcmp(argv[1], "epoll") == 0  ? EPOLL
	       : strcmp(argv[1], "poll") == 0 ? POLL
					      : SELECT;
	count = atoi(argv[2]);
	native = argc > 3;
	to.sin_port = htons(native ? (uint16_t)atoi(argv[3]) : 80);
	inet_pton(AF_INET, native ? "127.0.0.1" : "203.0.113.9", &to.sin_addr);
	epoll = epoll_create1(0);

	start = now_us();
	due = start + 1000;
	for (int i = 0; i < count; i++) {
		fds[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		t = now_us();
		if (connect(fds[i].fd, (struct sockaddr *)&to, sizeof(to)) ==
			    0 ||
		    errno != EINPROGRESS)
			die("connect");
		connects[i] = now_us() - t;
		watch(i, POLLOUT, EPOLL_CTL_ADD);
	}
	due = now_us() + 1000;
	while (done < count) {
		wait_once();
		t = now_us();
		if (t >= due) {
			lateness[ticks++] = t - due;
			due = t + 1000;
		}
	}
	t = now_us() - start;
	printf("%.1f %.0f %.0f %.0f\n", t / 1e3,
	       percentile(connects, count, .99),
	       percentile(connects, count, 1),
	       percentile(lateness, ticks, .99));
	return 0;
}
