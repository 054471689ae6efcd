/* SPDX-License-Identifier: MIT */
#include "guard/loop.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sock/wait.h"

#define BATCH 64
#define STACK (256 * 1024)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct post *first, **last = &first; /* under the lock */
static bool running;                        /* likewise */
static int epoll_fd = -1, bell = -1;
static loop_tick *const *ticks;

static void **garbage;
static size_t garbage_count, garbage_room;

void loop_set_ticks(loop_tick *const *t)
{
	ticks = t;
}

void loop_free(void *p)
{
	if (garbage_count == garbage_room) {
		size_t room = garbage_room > 0 ? 2 * garbage_room : 64;
		void **more = realloc(garbage, room * sizeof(*more));

		if (more == NULL)
			return; /* lost, which is harmless */
		garbage = more;
		garbage_room = room;
	}
	garbage[garbage_count++] = p;
}

static void free_garbage(void)
{
	while (garbage_count > 0)
		free(garbage[--garbage_count]);
}

int loop_watch(struct watch *w, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.ptr = w};

	if (w->added && w->events == events)
		return 0;
	if (epoll_ctl(epoll_fd, w->added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, w->fd,
		      &e) != 0)
		return -errno;
	w->added = true;
	w->events = events;
	return 0;
}

void loop_unwatch(struct watch *w)
{
	if (w->added)
		epoll_ctl(epoll_fd, EPOLL_CTL_DEL, w->fd, NULL);
	w->added = false;
}

static void run_posts(void)
{
	struct post *p;
	uint64_t rings;

	(void)!read(bell, &rings, sizeof(rings));
	pthread_mutex_lock(&lock);
	p = first;
	first = NULL;
	last = &first;
	pthread_mutex_unlock(&lock);
	while (p != NULL) {
		struct post *next = p->next;

		p->run(p);
		p = next;
	}
}

/* Return: how long epoll_wait(2) may sleep */
static int run_ticks(void)
{
	uint64_t now = sock_now_ms();
	int soonest = -1;

	for (loop_tick *const *t = ticks; *t != NULL; t++) {
		int ms = (*t)(now);

		if (ms >= 0 && (soonest < 0 || ms < soonest))
			soonest = ms;
	}
	return soonest;
}

static void *run_loop(void *unused)
{
	struct epoll_event events[BATCH];
	uint64_t due = 0;
	int sleep = 0;

	(void)unused;
	for (;;) {
		int n = epoll_wait(epoll_fd, events, BATCH, sleep);
		bool rung = false;
		uint64_t now;

		for (int i = 0; i < n; i++) {
			struct watch *w = events[i].data.ptr;

			if (w == NULL)
				rung = true;
			else if (w->added) /* still */
				w->ready(w, events[i].events);
		}
		if (rung)
			run_posts();
		/* Events in plenty must not cost a round of ticks each. */
		now = sock_now_ms();
		if (rung || now >= due) {
			sleep = run_ticks();
			due = sleep < 0 ? UINT64_MAX : now + (uint64_t)sleep;
		} else if (due != UINT64_MAX) {
			sleep = (int)(due - now);
		}
		free_garbage();
	}
	return NULL;
}

static bool make_loop(void)
{
	struct epoll_event e = {.events = EPOLLIN};
	pthread_attr_t attr;
	pthread_t thread;
	bool made;

	if (epoll_fd < 0)
		epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (bell < 0) {
		bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (epoll_fd < 0 || bell < 0 ||
		    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, bell, &e) != 0)
			return false;
	}
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK);
	made = pthread_create(&thread, &attr, run_loop, NULL) == 0;
	pthread_attr_destroy(&attr);
	return made;
}

static void ring(void)
{
	(void)!write(bell, &(uint64_t){1}, sizeof(uint64_t));
}

bool loop_wake(void)
{
	bool there;

	pthread_mutex_lock(&lock);
	if (!running)
		running = make_loop();
	there = running;
	pthread_mutex_unlock(&lock);
	if (there)
		ring();
	return there;
}

bool loop_post(struct post *p)
{
	p->next = NULL;
	pthread_mutex_lock(&lock);
	if (!running)
		running = make_loop();
	if (!running) {
		pthread_mutex_unlock(&lock);
		return false;
	}
	*last = p;
	last = &p->next;
	pthread_mutex_unlock(&lock);
	ring();
	return true;
}
