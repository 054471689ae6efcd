/* SPDX-License-Identifier: MIT */
/*
 * An epoll instance in another one, in poll(2) and in select(2), while a socket
 * in it is pending; and threads that sleep there already.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "epolling.h"

#include <pthread.h>
#include <sys/select.h>

static int inner, outer, target;
static long start;

static void *sleeper(void *arg)
{
	struct epoll_event e;

	CHECK(next_event(*(int *)arg, ENDED_MS, &e) == 1);
	CHECK(now_ms() - start >= PENDING_MS);
	return NULL;
}

static void *selecting(void *arg)
{
	fd_set r;

	FD_ZERO(&r);
	FD_SET(inner, &r);
	CHECK(select(inner + 1, &r, NULL, NULL, NULL) == 1);
	CHECK(now_ms() - start >= PENDING_MS);
	return arg;
}

static void *polling(void *arg)
{
	struct pollfd p[2] = { { .fd = outer, .events = POLLIN },
			       { .fd = target, .events = POLLIN } };

	CHECK(poll(p, 2, ENDED_MS) == 1 && p[0].revents == POLLIN);
	CHECK(now_ms() - start >= PENDING_MS);
	return arg;
}

int main(void)
{
	struct sockaddr_in good;
	pthread_t t[4];

	inner = epoll_create1(0);
	outer = epoll_create1(0);
	CHECK(control(outer, EPOLL_CTL_ADD, inner, EPOLLIN) == 0);
	start = now_ms() + 10000; /* not before */
	CHECK(pthread_create(&t[0], NULL, sleeper, &inner) == 0);
	CHECK(pthread_create(&t[1], NULL, sleeper, &outer) == 0);
	CHECK(pthread_create(&t[2], NULL, selecting, NULL) == 0);
	poll(NULL, 0, 50);
	good = park(WELL);
	start = now_ms();
	target = begin(&good);
	CHECK(pthread_create(&t[3], NULL, polling, NULL) == 0);
	CHECK(control(inner, EPOLL_CTL_ADD, target, EPOLLOUT) == 0);
	for (int i = 0; i < 4; i++)
		CHECK(pthread_join(t[i], NULL) == 0);
	await_event(outer, inner, EPOLLIN);
	await_event(inner, target, EPOLLOUT);
	return 0;
}
