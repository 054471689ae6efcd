/* SPDX-License-Identifier: MIT */
/* What a failed connect leaves behind. */
#include "oracle.h"

#define ALL (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI)

static void polled_failure(enum outcome outcome)
{
	int fd = begun(outcome);
	char buf[4];

	polled(fd, ALL, SOON);
	if (outcome == REFUSED)
		polled(fd, ALL, LONG);
	settle(fd);
	polled(fd, ALL, 0);
	say_error(fd);
	say_error(fd);
	forget_icmp(fd);
	polled(fd, ALL, 0);
	say_peer(fd);
	DO(recv(fd, buf, sizeof(buf), 0));
	DO(send(fd, "ping", 4, MSG_NOSIGNAL));
	DO(shutdown(fd, SHUT_RDWR));
	DO(close(fd));
}

void fail_refused(void)
{
	polled_failure(REFUSED);
}

void fail_host(void)
{
	polled_failure(HOST);
}

void fail_net(void)
{
	polled_failure(NET);
}

static void watched(enum outcome outcome, uint32_t events, bool before)
{
	int fd = sock(SOCK_NONBLOCK), ep = new_epoll();

	if (before) {
		watch(ep, EPOLL_CTL_ADD, fd, 'a', events);
		waited(ep, 0);
	}
	begin(fd, outcome);
	if (!before)
		watch(ep, EPOLL_CTL_ADD, fd, 'a', events);
	waited(ep, SOON);
	settle(ep);
	waited(ep, LONG);
	waited(ep, SOON);
	say_error(fd);
	forget_icmp(fd);
	waited(ep, 0);
	say_error(fd);
}

void fail_epoll(void)
{
	watched(REFUSED, ALL, false);
}

void fail_epoll_host(void)
{
	watched(HOST, ALL, false);
}

void fail_epoll_edge(void)
{
	watched(REFUSED, ALL | EPOLLET, false);
}

void fail_epoll_edge_net(void)
{
	watched(NET, ALL | EPOLLET, false);
}

void fail_epoll_once(void)
{
	watched(REFUSED, ALL | EPOLLONESHOT, false);
}

void fail_epoll_in(void)
{
	watched(REFUSED, EPOLLIN, false);
}

void fail_epoll_nothing(void)
{
	watched(REFUSED, 0, false);
}

void fail_epoll_before(void)
{
	watched(REFUSED, ALL, true);
}

void fail_epoll_before_edge(void)
{
	watched(REFUSED, ALL | EPOLLET, true);
}

void fail_epoll_before_edge_host(void)
{
	watched(HOST, EPOLLIN | EPOLLET, true);
}

/* Registered when it is all over. */
void fail_epoll_late(void)
{
	int fd = begun(REFUSED), ep = new_epoll();

	nap(LATER);
	watch(ep, EPOLL_CTL_ADD, fd, 'a', ALL | EPOLLET);
	waited(ep, 0);
	waited(ep, SOON);
	say_error(fd);
}

/* The first call to look gets the error, the next do not. */
void fail_recv(void)
{
	int fd = begun(REFUSED);
	char buf[4];

	nap(LATER);
	DO(recv(fd, buf, sizeof(buf), 0));
	DO(recv(fd, buf, sizeof(buf), 0));
	say_error(fd);
	DO(send(fd, "ping", 4, MSG_NOSIGNAL));
	polled(fd, ALL, 0);
}

void fail_read(void)
{
	int fd = begun(HOST);
	char buf[4];

	nap(LATER);
	DO(read(fd, buf, sizeof(buf)));
	DO(read(fd, buf, sizeof(buf)));
	say_error(fd);
}

void fail_peek(void)
{
	int fd = begun(NET);
	char buf[4];

	nap(LATER);
	DO(recv(fd, buf, sizeof(buf), MSG_PEEK));
	DO(recv(fd, buf, sizeof(buf), MSG_PEEK));
	say_error(fd);
}

static volatile sig_atomic_t pipes;

static void count_pipe(int number)
{
	(void)number;
	pipes++;
}

void fail_send(void)
{
	int fd = begun(REFUSED);

	signal(SIGPIPE, count_pipe);
	nap(LATER);
	DO(send(fd, "ping", 4, 0));
	DO(pipes);
	DO(send(fd, "ping", 4, 0));
	DO(pipes);
	DO(write(fd, "ping", 4));
	DO(pipes);
	DO(send(fd, "ping", 4, MSG_NOSIGNAL));
	DO(pipes);
	say_error(fd);
}

void fail_write(void)
{
	int fd = begun(HOST);

	signal(SIGPIPE, count_pipe);
	nap(LATER);
	DO(write(fd, "ping", 4));
	DO(pipes);
	DO(write(fd, "ping", 4));
	DO(pipes);
}

void fail_peer(void)
{
	int fd = begun(REFUSED);

	nap(LATER);
	say_peer(fd);
	DO(shutdown(fd, SHUT_WR));
	say_error(fd);
}

/* The next connect tells of the last one; the next but one is new. */
static void connect_after(enum outcome outcome, bool look, bool ask)
{
	int fd = begun(outcome);

	if (look)
		polled(fd, ALL, LONG);
	else
		nap(LATER);
	if (ask)
		say_error(fd);
	DO(dial(fd, ACCEPTED));
	forget_icmp(fd);
	begin(fd, ACCEPTED);
	polled(fd, ALL, SOON);
	polled(fd, ALL, LONG);
	when();
	say_error(fd);
	DO(dial(fd, ACCEPTED));
	say_peer(fd);
	talk(fd);
}

void fail_connect(void)
{
	connect_after(REFUSED, true, false);
}

void fail_connect_asked(void)
{
	connect_after(REFUSED, true, true);
}

void fail_connect_blind(void)
{
	connect_after(HOST, false, false);
}

/* In a loop that keeps its registration. */
static void loop_after(uint32_t events)
{
	int fd = begun(REFUSED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', events);
	settle(ep);
	waited(ep, 0);
	say_error(fd);
	waited(ep, 0);
	DO(dial(fd, ACCEPTED));
	waited(ep, 0);
	begin(fd, ACCEPTED);
	waited(ep, SOON);
	waited(ep, LONG);
	when();
	waited(ep, SOON);
	say_error(fd);
	talk(fd);
}

void fail_connect_level(void)
{
	loop_after(EPOLLIN | EPOLLOUT);
}

void fail_connect_edge(void)
{
	loop_after(EPOLLIN | EPOLLOUT | EPOLLET);
}

/* Failure after failure. */
void fail_again(void)
{
	int fd = begun(REFUSED);

	polled(fd, ALL, LONG);
	say_error(fd);
	DO(dial(fd, HOST));
	begin(fd, HOST);
	polled(fd, ALL, SOON);
	settle(fd);
	polled(fd, ALL, 0);
	say_error(fd);
	forget_icmp(fd);
	DO(dial(fd, NET));
	begin(fd, NET);
	settle(fd);
	polled(fd, ALL, 0);
	DO(dial(fd, NET));
	say_error(fd);
}

/* Dissolved: then the next connect is new at once. */
void fail_unspec(void)
{
	int fd = begun(REFUSED);
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	nap(LATER);
	DO(connect(fd, &none, sizeof(none)));
	say_error(fd);
	begin(fd, ACCEPTED);
	polled(fd, ALL, LONG);
	when();
	talk(fd);
}

void fail_blocking(void)
{
	int fd = sock(0);
	long start = now_ms();

	DO(dial(fd, REFUSED));
	since(start, DELAY);
	say_error(fd);
	polled(fd, ALL, 0);
	start = now_ms();
	DO(dial(fd, HOST));
	since(start, DELAY);
	say_error(fd);
	start = now_ms();
	DO(dial(fd, ACCEPTED));
	since(start, DELAY);
	talk(fd);
}
