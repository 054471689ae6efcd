/* SPDX-License-Identifier: MIT */
/*
 * A thread registers, changes and removes a socket that another thread is
 * connecting and waits for.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "epolling.h"

#include <pthread.h>

static struct sockaddr_in good;

static void *connecting(void *arg)
{
	CHECK(connect(*(int *)arg, (struct sockaddr *)&good,
		      sizeof(good)) == 0);
	return NULL;
}

int main(void)
{
	struct epoll_event e;
	struct pollfd p = { .events = POLLOUT };
	int ep = epoll_create1(0), other = epoll_create1(0), fd = tcp_socket();
	pthread_t t;
	char c;

	good = park(WELL);
	CHECK(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN) == 0);
	CHECK(pthread_create(&t, NULL, connecting, &fd) == 0);
	poll(NULL, 0, 150);
	CHECK(control(ep, EPOLL_CTL_MOD, fd, EPOLLOUT) == 0);
	CHECK(control(other, EPOLL_CTL_ADD, fd, EPOLLOUT) == 0);
	CHECK(next_event(ep, 0, &e) == 0);
	CHECK(next_event(other, 0, &e) == 0);
	p.fd = fd;
	CHECK(poll(&p, 1, 0) == 0);
	CHECK_FAILS(recv(fd, &c, 1, MSG_DONTWAIT), EAGAIN);
	CHECK_FAILS(send(fd, "x", 1, MSG_DONTWAIT), EAGAIN);
	await_event(ep, fd, EPOLLOUT);
	await_event(other, fd, EPOLLOUT);
	CHECK(pthread_join(t, NULL) == 0);
	talk(fd);
	return 0;
}
