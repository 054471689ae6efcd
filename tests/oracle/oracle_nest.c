/* SPDX-License-Identifier: MIT */
/*
 * Event loops of several parts: an epoll in another, in poll or select;
 * several sockets, epolls, threads, and numbers for one file.
 */
#include "oracle.h"

#include <sys/select.h>

void nest_epoll(void)
{
	int fd = begun(ACCEPTED), inner = new_epoll(), outer = new_epoll();

	watch(inner, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	watch(outer, EPOLL_CTL_ADD, inner, 'i', EPOLLIN);
	waited(outer, SOON);
	waited(outer, LONG);
	when();
	waited(inner, 0);
	waited(outer, 0);
}

void nest_epoll_before(void)
{
	int fd = sock(SOCK_NONBLOCK), inner = new_epoll(),
	    outer = new_epoll();

	watch(outer, EPOLL_CTL_ADD, inner, 'i', EPOLLIN | EPOLLET);
	watch(inner, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT | EPOLLET);
	waited(outer, 0);
	waited(inner, 0);
	begin(fd, ACCEPTED);
	waited(outer, SOON);
	waited(outer, LONG);
	when();
	waited(outer, SOON);
	waited(inner, SOON);
	waited(inner, SOON);
}

/* Three deep, and a thread that sleeps in the outermost. */
static void *wait_there(void *ep)
{
	waited(*(int *)ep, LONG);
	when();
	return NULL;
}

void nest_epoll_deep(void)
{
	int fd = sock(SOCK_NONBLOCK), ep[3];
	pthread_t thread;

	for (int i = 0; i < 3; i++)
		ep[i] = new_epoll();
	watch(ep[1], EPOLL_CTL_ADD, ep[0], 'i', EPOLLIN);
	watch(ep[2], EPOLL_CTL_ADD, ep[1], 'j', EPOLLIN);
	thread = in_thread(wait_there, &ep[2]);
	nap(SOON);
	begin(fd, ACCEPTED);
	watch(ep[0], EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	join(thread);
	waited(ep[1], 0);
	waited(ep[0], 0);
}

void nest_poll(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	polled(ep, POLLIN, SOON);
	polled(ep, POLLIN, LONG);
	when();
	waited(ep, 0);
}

/* The epoll and its socket side by side. */
void nest_poll_both(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();
	struct pollfd fds[2] = { { .fd = ep, .events = POLLIN },
				 { .fd = fd, .events = POLLOUT } };
	int n;

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	n = poll(fds, 2, SOON);
	say_polled(n, fds, 2);
	/* Which is first is the kernel's affair. */
	say("poll: %s", poll(fds, 2, LONG) > 0 ? "some" : "none");
	when();
	n = poll(fds, 2, SOON);
	say_polled(n, fds, 2);
}

void nest_select(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();
	struct timeval soon = { 0, SOON * 1000 }, later = { 3, 0 };
	fd_set set;

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	FD_ZERO(&set);
	FD_SET(ep, &set);
	DO(select(ep + 1, &set, NULL, NULL, &soon));
	FD_SET(ep, &set);
	DO(select(ep + 1, &set, NULL, NULL, &later));
	when();
	DO(FD_ISSET(ep, &set) != 0);
}

void nest_failed(void)
{
	int fd = begun(REFUSED), inner = new_epoll(), outer = new_epoll();

	watch(inner, EPOLL_CTL_ADD, fd, 'a', 0);
	watch(outer, EPOLL_CTL_ADD, inner, 'i', EPOLLIN);
	waited(outer, SOON);
	waited(outer, LONG);
	when();
	waited(inner, 0);
}

/* One socket in two loops that want different things. */
void nest_two_epolls(void)
{
	int fd = sock(SOCK_NONBLOCK), one = new_epoll(), two = new_epoll();

	watch(one, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT | EPOLLET);
	waited(one, 0);
	begin(fd, ACCEPTED);
	watch(two, EPOLL_CTL_ADD, fd, 'b', EPOLLIN | EPOLLOUT);
	waited(one, SOON);
	waited(two, 0);
	waited(one, LONG);
	when();
	waited(two, LONG);
	waited(one, SOON);
	waited(two, SOON);
}

/* One file under two numbers, each with a registration. */
void nest_dup(void)
{
	int fd = sock(SOCK_NONBLOCK), copy = dup(fd), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, copy, 'c', EPOLLOUT);
	begin(fd, ACCEPTED);
	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	watch(ep, EPOLL_CTL_ADD, copy, 'd', EPOLLOUT);
	waited(ep, SOON);
	settle(ep);
	waited(ep, LONG);
	talk(copy);
}

/* A registration lives as long as the file, not the number. */
void nest_dup_closed(void)
{
	int fd = sock(SOCK_NONBLOCK), copy = dup(fd), ep = new_epoll();

	begin(fd, ACCEPTED);
	watch(ep, EPOLL_CTL_ADD, copy, 'c', EPOLLOUT);
	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT | EPOLLET);
	DO(close(fd));
	watch(ep, EPOLL_CTL_MOD, fd, 'a', EPOLLOUT);
	waited(ep, SOON);
	settle(ep);
	waited(ep, LONG);
	waited(ep, 0);
	talk(copy);
}

void nest_dup_later(void)
{
	int fd = begun(ACCEPTED), copy, ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	copy = dup(fd);
	DO(close(fd));
	waited(ep, SOON);
	waited(ep, LONG);
	when();
	talk(copy);
	DO(close(copy));
	waited(ep, SOON);
}

/* Asleep before there was anything to wait for. */
void nest_asleep(void)
{
	int ep = new_epoll(), fd = sock(SOCK_NONBLOCK);
	pthread_t thread = in_thread(wait_there, &ep);

	nap(SOON);
	begin(fd, ACCEPTED);
	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN | EPOLLOUT | EPOLLET);
	join(thread);
	waited(ep, SOON);
	talk(fd);
}

void nest_asleep_failed(void)
{
	int ep = new_epoll(), fd = sock(SOCK_NONBLOCK);
	pthread_t thread = in_thread(wait_there, &ep);

	nap(SOON);
	begin(fd, REFUSED);
	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN | EPOLLOUT | EPOLLRDHUP);
	join(thread);
	say_error(fd);
}

/* Registered, its first edge gone, and then connected. */
void nest_asleep_before(void)
{
	int ep = new_epoll(), fd = sock(SOCK_NONBLOCK);
	pthread_t thread;

	watch(ep, EPOLL_CTL_ADD, fd, 'a',
	      EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
	waited(ep, 0);
	thread = in_thread(wait_there, &ep);
	nap(SOON);
	begin(fd, ACCEPTED);
	join(thread);
	waited(ep, SOON);
	talk(fd);
}

void nest_asleep_before_failed(void)
{
	int ep = new_epoll(), fd = sock(SOCK_NONBLOCK);
	pthread_t thread;

	watch(ep, EPOLL_CTL_ADD, fd, 'a',
	      EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
	waited(ep, 0);
	thread = in_thread(wait_there, &ep);
	nap(SOON);
	begin(fd, REFUSED);
	join(thread);
	say_error(fd);
}

/* The epoll is closed, and another gets its number. */
void nest_epoll_closed(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll(), again;

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	DO(close(ep));
	again = new_epoll();
	DO(again == ep);
	waited(again, LATER);
	watch(again, EPOLL_CTL_MOD, fd, 'a', EPOLLOUT);
	watch(again, EPOLL_CTL_ADD, fd, 'b', EPOLLOUT);
	waited(again, SOON);
}

void nest_epoll_closed_before(void)
{
	int fd = sock(SOCK_NONBLOCK), ep = new_epoll(), again;

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	begin(fd, ACCEPTED);
	again = new_epoll();
	DO(dup2(again, ep) == ep);
	DO(close(again));
	watch(ep, EPOLL_CTL_ADD, fd, 'b', EPOLLOUT);
	waited(ep, SOON);
	waited(ep, LONG);
	when();
}

/* Something else gets it. */
void nest_epoll_became_pipe(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll(), ends[2];
	char c;

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	DO(close(ep));
	MUST(pipe2(ends, O_NONBLOCK) == 0);
	DO(ends[0] == ep);
	polled(fd, POLLOUT, LONG);
	when();
	DO(read(ends[0], &c, 1));
	watch(ep, EPOLL_CTL_MOD, fd, 'a', EPOLLOUT);
}

void nest_epoll_dup(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll(), copy = dup(ep);

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN);
	watch(copy, EPOLL_CTL_ADD, fd, 'b', EPOLLOUT);
	watch(copy, EPOLL_CTL_MOD, fd, 'b', EPOLLOUT);
	DO(close(ep));
	watch(copy, EPOLL_CTL_MOD, fd, 'c', EPOLLOUT);
	waited(copy, SOON);
	waited(copy, LONG);
	when();
	watch(copy, EPOLL_CTL_DEL, fd, 'c', 0);
}

/* The socket is closed, and another gets its number. */
void nest_socket_closed(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll(), again;

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	DO(close(fd));
	waited(ep, LATER);
	again = begun(ACCEPTED);
	DO(again == fd);
	watch(ep, EPOLL_CTL_MOD, again, 'b', EPOLLOUT);
	watch(ep, EPOLL_CTL_ADD, again, 'b', EPOLLOUT);
	waited(ep, SOON);
	waited(ep, LONG);
	when();
	talk(again);
}

/* The same, while the first would still be under way. */
void nest_socket_reused(void)
{
	int fd = begun(REFUSED), ep = new_epoll(), again;

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	nap(SOON);
	DO(close(fd));
	again = begun(ACCEPTED);
	DO(again == fd);
	watch(ep, EPOLL_CTL_ADD, again, 'b', EPOLLOUT);
	waited(ep, SOON);
	waited(ep, LONG);
	when();
	talk(again);
	waited(ep, 0);
}

void nest_dup2_over(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll(), ends[2];

	MUST(pipe(ends) == 0);
	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN | EPOLLOUT);
	DO(dup2(ends[1], fd) == fd);
	waited(ep, LATER);
	watch(ep, EPOLL_CTL_ADD, fd, 'p', EPOLLOUT);
	waited(ep, 0);
	DO(write(fd, "x", 1));
}

/* A ready pipe, a connect that works and one that does not. */
void nest_several(void)
{
	int good = begun(ACCEPTED), bad = begun(NET), ep = new_epoll();
	int ends[2];
	char c;

	MUST(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
	watch(ep, EPOLL_CTL_ADD, good, 'g', EPOLLIN | EPOLLOUT);
	watch(ep, EPOLL_CTL_ADD, bad, 'b', EPOLLIN | EPOLLOUT);
	watch(ep, EPOLL_CTL_ADD, ends[0], 'p', EPOLLIN);
	waited(ep, SOON);
	MUST(read(ends[0], &c, 1) == 1);
	waited(ep, 0);
	settle(ep);
	waited(ep, 0);
	say_error(good);
	say_error(bad);
	talk(good);
}

void nest_many(void)
{
	struct epoll_event events[64];
	int ep = new_epoll(), counts[3] = { 0 };

	for (int i = 0; i < 60; i++) {
		struct epoll_event event = { .events = EPOLLOUT };

		event.data.fd = sock(SOCK_NONBLOCK);
		MUST(dial(event.data.fd, i % 3 ? ACCEPTED : REFUSED) == -1);
		MUST(epoll_ctl(ep, EPOLL_CTL_ADD, event.data.fd, &event) == 0);
	}
	for (int left = 60; left > 0;) {
		int n = epoll_wait(ep, events, 64, LONG);

		MUST(n > 0);
		for (int i = 0; i < n; i++, left--) {
			uint32_t bad = EPOLLOUT | EPOLLERR | EPOLLHUP;

			counts[events[i].events == EPOLLOUT ? 0 :
			       events[i].events == bad	    ? 1 :
							      2]++;
			epoll_ctl(ep, EPOLL_CTL_DEL, events[i].data.fd, NULL);
		}
	}
	say("%d connected, %d failed, %d odd", counts[0], counts[1],
	    counts[2]);
}
