/* SPDX-License-Identifier: MIT */
/* poll(2) and ppoll(2) of a connecting socket, alone and among others. */
#include "oracle.h"

#include <sys/resource.h>

#define ALL (POLLIN | POLLOUT | POLLRDHUP | POLLPRI)

void poll_connected(void)
{
	int fd = begun(ACCEPTED);

	polled(fd, ALL, 0);
	polled(fd, ALL, SOON);
	polled(fd, ALL, LONG);
	when();
	polled(fd, ALL, 0);
	say_error(fd);
	talk(fd);
}

void poll_every_bit(void)
{
	int fd = begun(ACCEPTED);

	polled(fd, 0x7fff, SOON);
	polled(fd, 0x7fff, LONG);
	when();
	fd = begun(REFUSED);
	polled(fd, 0x7fff, SOON);
	polled(fd, 0x7fff, LONG);
	when();
}

void poll_forever(void)
{
	int fd = begun(ACCEPTED);

	polled(fd, POLLOUT, -1);
	when();
}

/* A time-out that ends long after the connect, but not for it. */
void poll_in_only(void)
{
	int fd = begun(ACCEPTED);
	long start = now_ms();

	polled(fd, POLLIN, LATER);
	since(start, LATER);
	polled(fd, POLLIN | POLLOUT, 0);
}

void poll_no_events(void)
{
	int fd = begun(ACCEPTED);

	polled(fd, 0, LATER);
	fd = begun(REFUSED);
	polled(fd, 0, LONG);
	when();
}

void poll_time(void)
{
	int fd = begun(ACCEPTED);
	long start = now_ms();

	polled(fd, POLLOUT, SOON);
	since(start, SOON);
	start = now_ms();
	polled(fd, POLLOUT, SOON);
	since(start, SOON);
	polled(fd, POLLOUT, LONG);
	when();
}

void poll_banner(void)
{
	int fd = begun(BANNER);

	polled(fd, POLLIN, SOON);
	polled(fd, POLLIN, LONG);
	when();
	polled(fd, ALL, 0);
}

/* With a pipe that is ready, and then is not. */
void poll_pipe(void)
{
	int fd = begun(ACCEPTED), ends[2], n;
	struct pollfd fds[2] = { { .fd = fd, .events = ALL } };
	char c;

	MUST(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
	fds[1] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	n = poll(fds, 2, LONG);
	say_polled(n, fds, 2);
	MUST(read(ends[0], &c, 1) == 1);
	n = poll(fds, 2, SOON);
	say_polled(n, fds, 2);
	n = poll(fds, 2, LONG);
	when();
	say_polled(n, fds, 2);
}

static void *write_soon(void *end)
{
	nap(SOON);
	MUST(write(*(int *)end, "x", 1) == 1);
	return NULL;
}

/* Something else comes while it sleeps; and both, seen afterwards. */
void poll_pipe_meanwhile(void)
{
	int fd = begun(ACCEPTED), ends[2], n;
	struct pollfd fds[2] = { { .fd = fd, .events = ALL } };
	pthread_t thread;

	MUST(pipe(ends) == 0);
	fds[1] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	thread = in_thread(write_soon, &ends[1]);
	n = poll(fds, 2, LONG);
	say_polled(n, fds, 2);
	join(thread);
	polled(fd, POLLOUT, LONG);
	when();
	n = poll(fds, 2, LONG);
	say_polled(n, fds, 2);
}

void poll_negative(void)
{
	int fd = begun(ACCEPTED), n;
	struct pollfd fds[4] = {
		{ .fd = -1, .events = POLLOUT, .revents = 0x55 },
		{ .fd = ~fd, .events = POLLOUT, .revents = 0x55 },
		{ .fd = fd, .events = POLLOUT, .revents = 0x55 },
		{ .fd = -1000000, .events = POLLOUT, .revents = 0x55 },
	};

	n = poll(fds, 4, SOON);
	say_polled(n, fds, 4);
	n = poll(fds, 4, LONG);
	when();
	say_polled(n, fds, 4);
}

void poll_invalid(void)
{
	int fd = begun(ACCEPTED), n;
	struct pollfd fds[2] = {
		{ .fd = fd, .events = POLLOUT, .revents = 0x55 },
		{ .fd = 999, .events = POLLOUT, .revents = 0x55 },
	};

	n = poll(fds, 2, LONG);
	say_polled(n, fds, 2);
	polled(fd, POLLOUT, LONG);
	when();
	n = poll(fds, 2, LONG);
	say_polled(n, fds, 2);
}

void poll_same_twice(void)
{
	int fd = begun(ACCEPTED), n;
	struct pollfd fds[3] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = fd, .events = POLLOUT },
		{ .fd = fd, .events = POLLIN | POLLOUT },
	};

	n = poll(fds, 3, SOON);
	say_polled(n, fds, 3);
	n = poll(fds, 3, LONG);
	when();
	say_polled(n, fds, 3);
}

void poll_high(void)
{
	int fd = high_fd(sock(SOCK_NONBLOCK), 1500);

	begin(fd, ACCEPTED);
	polled(fd, ALL, SOON);
	polled(fd, ALL, LONG);
	when();
	talk(fd);
}

void poll_errors(void)
{
	int fd = begun(ACCEPTED);
	struct pollfd p = { .fd = fd, .events = POLLOUT }, *all = &p;
	struct rlimit limit = { 64, 64 };
	struct timespec bad = { 0, 1000000000 };

	DO(poll(nowhere, 1, LONG));
	DO(poll(NULL, 0, 0));
	DO(ppoll(&p, 1, &bad, NULL));
	MUST(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	DO(poll(all, (nfds_t)(minus + 66), LONG));
	polled(fd, POLLOUT, LONG);
	when();
}

/* More than fit into anyone's array. */
void poll_long(void)
{
	int fd = begun(ACCEPTED), ends[2], n;
	static struct pollfd fds[1000];

	MUST(pipe(ends) == 0);
	for (int i = 0; i < 1000; i++)
		fds[i] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	fds[700].fd = fd;
	fds[700].events = ALL;
	fds[900].fd = -1;
	n = poll(fds, 1000, SOON);
	say_polled(n, fds + 700, 1);
	n = poll(fds, 1000, LONG);
	when();
	say_polled(n, fds + 700, 1);
}

/* One after the other. */
void poll_two(void)
{
	int first = begun(REFUSED), second, n;
	struct pollfd fds[2];

	nap(DELAY / 2);
	second = sock(SOCK_NONBLOCK);
	MUST(dial(second, ACCEPTED) == -1);
	fds[0] = (struct pollfd){ .fd = second, .events = POLLOUT };
	fds[1] = (struct pollfd){ .fd = first, .events = POLLOUT };
	n = poll(fds, 2, LONG);
	when();
	say_polled(n, fds, 2);
	say_error(first);
	fds[1].fd = -1;
	n = poll(fds, 2, LONG);
	say_polled(n, fds, 2);
	say_error(second);
}

static void *poll_there(void *fd)
{
	polled(*(int *)fd, POLLOUT, LONG);
	when();
	return NULL;
}

void poll_threads(void)
{
	int fd = begun(ACCEPTED);
	pthread_t one = in_thread(poll_there, &fd);

	join(one);
	fd = begun(REFUSED);
	one = in_thread(poll_there, &fd);
	nap(SOON);
	polled(fd, POLLOUT, 0);
	join(one);
}

/* A handler ends poll(2), with SA_RESTART too. */
void poll_signal(void)
{
	int fd = begun(ACCEPTED);

	on_alarm(SA_RESTART);
	alarm_in(SOON);
	polled(fd, POLLOUT, LONG);
	say("alarms: %d", alarms());
	polled(fd, POLLOUT, LONG);
	when();
}

static void masks(sigset_t *with, sigset_t *without)
{
	sigprocmask(SIG_BLOCK, NULL, without);
	sigdelset(without, SIGALRM);
	*with = *without;
	sigaddset(with, SIGALRM);
	sigprocmask(SIG_SETMASK, with, NULL);
}

/* Let in by the mask of the call alone. */
void ppoll_lets_in(void)
{
	int fd = begun(ACCEPTED);
	struct pollfd p = { .fd = fd, .events = POLLOUT, .revents = 0x55 };
	sigset_t with, without, now;

	masks(&with, &without);
	on_alarm(0);
	alarm_in(SOON);
	say_polled(ppoll(&p, 1, NULL, &without), &p, 1);
	say("alarms: %d", alarms());
	sigprocmask(SIG_BLOCK, NULL, &now);
	DO(sigismember(&now, SIGALRM));
	say_polled(ppoll(&p, 1, NULL, &without), &p, 1);
	when();
}

/* It has come before; the call lets it in even when nothing is to wait for. */
void ppoll_pending(void)
{
	int fd = begun(ACCEPTED);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	struct timespec none = { 0 };
	sigset_t with, without;

	masks(&with, &without);
	on_alarm(0);
	raise(SIGALRM);
	DO(ppoll(&p, 1, &none, &without));
	say("alarms: %d", alarms());
	raise(SIGALRM);
	DO(ppoll(&p, 1, NULL, &without));
	say("alarms: %d", alarms());
	nap(LATER);
	raise(SIGALRM);
	DO(ppoll(&p, 1, NULL, &without));
	say("alarms: %d", alarms());
}

/* Kept out by it. */
void ppoll_keeps_out(void)
{
	int fd = begun(ACCEPTED);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	struct timespec later = { 3, 0 };
	sigset_t with, without;

	masks(&with, &without);
	sigprocmask(SIG_SETMASK, &without, NULL);
	on_alarm(0);
	alarm_in(SOON);
	say_polled(ppoll(&p, 1, &later, &with), &p, 1);
	when();
	say("alarms: %d; %ld", alarms(), (long)later.tv_sec);
	DO(ppoll(&p, 1, &later, &without));
}

void ppoll_time(void)
{
	int fd = begun(ACCEPTED);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	struct timespec soon = { 0, SOON * 1000000 };
	long start = now_ms();

	say_polled(ppoll(&p, 1, &soon, NULL), &p, 1);
	since(start, SOON);
	DO(soon.tv_nsec);
	say_polled(ppoll(&p, 1, NULL, NULL), &p, 1);
	when();
}
