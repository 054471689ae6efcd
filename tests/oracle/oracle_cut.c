/* SPDX-License-Identifier: MIT */
/* A blocking connect, cut off by a signal or a time-out, goes on by itself. */
#include "oracle.h"

/* Interrupted after SOON. */
static int cut(enum outcome outcome)
{
	int fd = sock(0);

	on_alarm(0);
	alarm_in(SOON);
	begin(fd, outcome);
	say("alarms: %d", alarms());
	return fd;
}

void cut_signal(void)
{
	int fd = cut(ACCEPTED);

	say_error(fd);
	say_peer(fd);
	polled(fd, POLLOUT, 20);
	polled(fd, POLLIN | POLLOUT, LONG);
	when();
	say_error(fd);
	say_peer(fd);
	talk(fd);
}

void cut_signal_failed(void)
{
	int fd = cut(HOST);

	polled(fd, POLLIN | POLLOUT | POLLRDHUP, 20);
	settle(fd);
	polled(fd, POLLIN | POLLOUT | POLLRDHUP, 0);
	say_error(fd);
	say_error(fd);
}

void cut_epoll(void)
{
	int fd = cut(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN | EPOLLOUT | EPOLLET);
	waited(ep, 20);
	waited(ep, LONG);
	when();
	waited(ep, SOON);
	talk(fd);
}

/* Registered before. */
void cut_epoll_before(void)
{
	int fd = sock(0), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN | EPOLLOUT | EPOLLET);
	waited(ep, 0);
	on_alarm(0);
	alarm_in(SOON);
	begin(fd, ACCEPTED);
	waited(ep, 20);
	waited(ep, LONG);
	when();
	waited(ep, SOON);
	talk(fd);
}

/* What blocks, waits for it. */
void cut_send(void)
{
	int fd = cut(ACCEPTED);

	DO(send(fd, "p", 1, MSG_DONTWAIT));
	DO(send(fd, "p", 1, 0));
	when();
	talk(fd);
}

void cut_recv(void)
{
	int fd = cut(BANNER);
	char buf[8] = "";

	DO(recv(fd, buf, 5, MSG_DONTWAIT));
	DO(recv(fd, buf, 5, MSG_WAITALL));
	when();
	say("%.5s", buf);
}

void cut_send_failed(void)
{
	int fd = cut(REFUSED);

	DO(send(fd, "p", 1, MSG_NOSIGNAL));
	when();
	DO(send(fd, "p", 1, MSG_NOSIGNAL));
}

void cut_recv_failed(void)
{
	int fd = cut(REFUSED);
	char buf[8];

	DO(recv(fd, buf, 5, 0));
	when();
	DO(recv(fd, buf, 5, 0));
}

/* So does another connect. */
void cut_connect(void)
{
	int fd = cut(ACCEPTED);

	DO(dial(fd, ACCEPTED));
	when();
	DO(dial(fd, ACCEPTED));
	talk(fd);
}

void cut_connect_failed(void)
{
	int fd = cut(REFUSED);

	DO(dial(fd, ACCEPTED));
	when();
	DO(dial(fd, ACCEPTED));
	talk(fd);
}

/* Twice interrupted, once not. */
void cut_twice(void)
{
	int fd = cut(ACCEPTED);

	alarm_in(SOON / 2);
	DO(dial(fd, ACCEPTED));
	say("alarms: %d", alarms());
	DO(dial(fd, ACCEPTED));
	when();
	talk(fd);
}

void cut_nonblocking(void)
{
	int fd = cut(ACCEPTED);

	DO(fcntl(fd, F_SETFL, O_NONBLOCK));
	DO(dial(fd, ACCEPTED));
	polled(fd, POLLOUT, LONG);
	when();
	DO(dial(fd, ACCEPTED));
	DO(dial(fd, ACCEPTED));
}

/* A handler with SA_RESTART is no reason to stop. */
void cut_restart(void)
{
	int fd = sock(0);
	long start = now_ms();

	on_alarm(SA_RESTART);
	alarm_in(SOON);
	DO(dial(fd, ACCEPTED));
	since(start, DELAY);
	say("alarms: %d", alarms());
	talk(fd);
}

void cut_restart_failed(void)
{
	int fd = sock(0);
	long start = now_ms();

	on_alarm(SA_RESTART);
	alarm_in(SOON);
	DO(dial(fd, NET));
	since(start, DELAY);
	say("alarms: %d", alarms());
}

/* A call with a time-out does not start again. */
void cut_restart_timeout(void)
{
	int fd = sock(0);
	struct timeval tv = { 3, 0 };

	DO(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	on_alarm(SA_RESTART);
	alarm_in(SOON);
	begin(fd, ACCEPTED);
	say("alarms: %d", alarms());
	polled(fd, POLLOUT, LONG);
	when();
	talk(fd);
}

static int timed_out(enum outcome outcome)
{
	int fd = sock(0);
	struct timeval tv = { 0, SOON * 1000 };
	long start = now_ms();

	DO(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	begin(fd, outcome);
	since(start, SOON);
	return fd;
}

void cut_timeout(void)
{
	int fd = timed_out(ACCEPTED);

	say_error(fd);
	say_peer(fd);
	polled(fd, POLLOUT, 0);
	polled(fd, POLLIN | POLLOUT, LONG);
	when();
	say_error(fd);
	talk(fd);
	DO(dial(fd, ACCEPTED));
	DO(dial(fd, ACCEPTED));
}

/* Each further connect waits for as long again. */
void cut_timeout_again(void)
{
	int fd = timed_out(ACCEPTED);
	long start = now_ms();
	struct timeval tv = { 0, SOON / 2 * 1000 };

	DO(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	DO(dial(fd, ACCEPTED));
	since(start, SOON / 2);
	tv = (struct timeval){ 3, 0 };
	DO(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	DO(dial(fd, ACCEPTED));
	when();
	DO(dial(fd, ACCEPTED));
	talk(fd);
}

void cut_timeout_failed(void)
{
	int fd = timed_out(REFUSED);

	polled(fd, POLLIN | POLLOUT | POLLRDHUP, LONG);
	when();
	say_error(fd);
	DO(dial(fd, ACCEPTED));
}

void cut_timeout_send(void)
{
	int fd = timed_out(ACCEPTED);
	struct timeval tv = { 0, 20000 };

	DO(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	DO(send(fd, "p", 1, 0));
	tv = (struct timeval){ 3, 0 };
	DO(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	DO(send(fd, "p", 1, 0));
	when();
	talk(fd);
}

void gone_cut(void)
{
	int fd = cut(ACCEPTED);

	DO(close(fd));
	peer_has_left();
}

void gone_cut_shut(void)
{
	int fd = cut(ACCEPTED);

	DO(shutdown(fd, SHUT_RDWR));
	peer_has_left();
	polled(fd, POLLIN | POLLOUT | POLLRDHUP, 0);
	say_error(fd);
}

/* Another thread has to do with a socket that this one connects. */
static void *connect_there(void *fd)
{
	long start = now_ms();
	int result = dial(*(int *)fd, ACCEPTED), error = errno;

	nap(SOON);
	errno = error;
	did("the other's connect", result);
	since(start, DELAY);
	return NULL;
}

void cut_thread_polls(void)
{
	int fd = sock(0);
	pthread_t thread = in_thread(connect_there, &fd);

	nap(20);
	polled(fd, POLLOUT, 20);
	polled(fd, POLLOUT, LONG);
	say_error(fd);
	join(thread);
}

void cut_thread_waits(void)
{
	int fd = sock(0), ep = new_epoll();
	pthread_t thread = in_thread(connect_there, &fd);

	nap(20);
	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN | EPOLLOUT);
	waited(ep, 20);
	waited(ep, LONG);
	join(thread);
}

void cut_thread_sends(void)
{
	int fd = sock(0);
	pthread_t thread = in_thread(connect_there, &fd);

	nap(20);
	DO(send(fd, "p", 1, MSG_DONTWAIT));
	say_peer(fd);
	DO(send(fd, "p", 1, 0));
	join(thread);
	talk(fd);
}
