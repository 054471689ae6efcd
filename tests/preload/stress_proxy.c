/* SPDX-License-Identifier: MIT */
/*
 * A SOCKS5 server for thousands of connections at a time (stress.c), in one
 * process: started as fakesocks is, but it plays no script. The target's
 * address says what is to become of a request:
 *
 *   10.OUTCOME.HIGH.LOW   after HIGH * 256 + LOW ms: 0 well, 1 to 8 that reply
 *                         code, 9 the end of the stream, 10 a reset
 *
 * Where it ends well, the target's address and port (6 octets) follow the
 * reply; the client has to say the same, and nothing before its time: all else
 * is logged as `unexpected`.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FDS     65536
#define BUCKETS 65536 /* ms: longer than any delay */

enum state { FREE, GREETING, GREETED, REQUEST, REQUESTED, TARGET };

static struct session {
	enum state state;
	uint8_t in[32];
	unsigned got;
	long due; /* ms; 0: nothing */
} sessions[FDS];

/* What is due in the same ms. */
static struct timer {
	struct timer *next;
	int fd;
} *bucket[BUCKETS];

static long now;
static int ep, log_fd = 2;

static void unexpected(int fd, const char *what)
{
	dprintf(log_fd, "%d unexpected: %s\n", fd, what);
}

static void say(int fd, const void *octets, size_t n)
{
	if (send(fd, octets, n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
	    errno != EPIPE && errno != ECONNRESET)
		unexpected(fd, strerror(errno));
}

static void end(int fd)
{
	sessions[fd].state = FREE;
	sessions[fd].due = 0;
	close(fd);
}

static void in_ms(int fd, unsigned ms)
{
	struct timer *t = malloc(sizeof(*t)), **head;

	sessions[fd].due = now + ms + 1;
	head = &bucket[sessions[fd].due % BUCKETS];
	*t = (struct timer){ *head, fd };
	*head = t;
}

static void reply(int fd)
{
	static const uint8_t head[10] = { 5, 0, 0, 1 };
	struct session *s = &sessions[fd];
	struct linger hard = { .l_onoff = 1 };
	uint8_t out[16];
	unsigned outcome = s->in[5];

	memcpy(out, head, sizeof(head));
	memcpy(out + 10, s->in + 4, 6);
	if (outcome == 0) {
		say(fd, out, 16);
		s->state = TARGET;
		s->got = 0;
		memcpy(s->in + 16, s->in + 4, 6);
		return;
	}
	out[1] = (uint8_t)outcome;
	if (outcome <= 8)
		say(fd, out, 10);
	if (outcome == 10)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	end(fd);
}

static void due(int fd)
{
	sessions[fd].due = 0;
	if (sessions[fd].state == GREETED) {
		sessions[fd].state = REQUEST;
		say(fd, "\5", 2);
	} else {
		reply(fd);
	}
}

static void ticks(void)
{
	struct timespec t;
	long real;

	clock_gettime(CLOCK_MONOTONIC, &t);
	real = t.tv_sec * 1000 + t.tv_nsec / 1000000;
	if (now == 0)
		now = real;
	for (; now < real; now++) {
		struct timer **head = &bucket[(now + 1) % BUCKETS], *p = *head;

		*head = NULL;
		while (p != NULL) {
			struct timer *next = p->next;

			/* It may be another's, or none's, by now. */
			if (sessions[p->fd].due == now + 1)
				due(p->fd);
			free(p);
			p = next;
		}
	}
}

static void input(int fd)
{
	struct session *s = &sessions[fd];
	unsigned want = s->state == GREETING ? 3
		      : s->state == REQUEST  ? 10
		      : s->state == TARGET   ? 6
					     : 0;
	char rest[64];
	ssize_t n;

	if (s->got < want)
		n = recv(fd, s->in + s->got, want - s->got, MSG_DONTWAIT);
	else
		n = recv(fd, rest, sizeof(rest), MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		end(fd);
		return;
	}
	if (s->got >= want) {
		unexpected(fd, s->state == TARGET ? "more than was due"
						  : "before it was due");
		end(fd);
		return;
	}
	s->got += (unsigned)n;
	if (s->got < want)
		return;
	switch (s->state) {
	case GREETING:
		s->got = 0;
		s->state = GREETED;
		if (memcmp(s->in, "\5\1", 3) != 0) {
			unexpected(fd, "a greeting");
			end(fd);
		} else {
			in_ms(fd, (unsigned)rand() % 8);
		}
		break;
	case REQUEST:
		s->got = 0;
		s->state = REQUESTED;
		if (memcmp(s->in, "\5\1\0\1\x0a", 5) != 0) {
			unexpected(fd, "a request");
			end(fd);
		} else {
			in_ms(fd, s->in[6] * 256u + s->in[7]);
		}
		break;
	case TARGET:
		if (memcmp(s->in, s->in + 16, 6) != 0)
			unexpected(fd, "what was said to the target");
		break;
	case FREE:
	case GREETED:
	case REQUESTED:
		break;
	}
}

static void accept_all(int listener)
{
	struct epoll_event e = { .events = EPOLLIN };
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		if (fd >= FDS) {
			close(fd);
			continue;
		}
		sessions[fd] = (struct session){ .state = GREETING };
		e.data.fd = fd;
		epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct rlimit many = { FDS, FDS };
	struct epoll_event e = { .events = EPOLLIN }, events[256];
	const char *port_file = NULL;
	socklen_t len = sizeof(sin);
	int listener, option;
	FILE *f;

	while ((option = getopt(argc, argv, "a:P:l:")) != -1) {
		if (option == 'P')
			port_file = optarg;
		else if (option == 'l')
			log_fd = open(optarg,
				      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
				      0600);
	}
	if (setrlimit(RLIMIT_NOFILE, &many) < 0) {
		getrlimit(RLIMIT_NOFILE, &many);
		many.rlim_cur = many.rlim_max;
		setrlimit(RLIMIT_NOFILE, &many);
	}
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ep = epoll_create1(0);
	e.data.fd = listener;
	if (bind(listener, (struct sockaddr *)&sin, sizeof(sin)) < 0 ||
	    listen(listener, 4096) < 0 ||
	    getsockname(listener, (struct sockaddr *)&sin, &len) < 0 ||
	    epoll_ctl(ep, EPOLL_CTL_ADD, listener, &e) < 0) {
		perror("stress_proxy");
		return 2;
	}
	if (port_file != NULL) {
		char tmp[4096];

		snprintf(tmp, sizeof(tmp), "%s.new", port_file);
		f = fopen(tmp, "w");
		fprintf(f, "%d\n", ntohs(sin.sin_port));
		fclose(f);
		rename(tmp, port_file);
	}
	for (;;) {
		int n = epoll_wait(ep, events, 256, 1);

		ticks();
		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;

			if (fd == listener)
				accept_all(listener);
			else if (sessions[fd].state != FREE)
				input(fd);
		}
	}
}
