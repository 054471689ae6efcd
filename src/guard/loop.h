/* SPDX-License-Identifier: MIT */
/*
 * The supervisor's event loop: a thread that never waits but in epoll(7),
 * begun when something first needs it. Everything but loop_post() and
 * loop_wake() is for that thread only. May call libc/, base/.
 */
#ifndef GUARD_LOOP_H
#define GUARD_LOOP_H

#include <stdbool.h>
#include <stdint.h>

/* A descriptor to wait for; embedded in whatever it belongs to. */
struct watch {
	int fd;
	uint32_t events; /* EPOLLIN, EPOLLOUT ...: what is waited for; level */
	bool added;
	void (*ready)(struct watch *w, uint32_t events);
};

/* Something to do in the loop; embedded likewise. */
struct post {
	void (*run)(struct post *p);
	struct post *next;
};

/**
 * typedef loop_tick - look at what has come due
 * @now: ms, sock_now_ms()
 * Return: ms until it wants to look again, or -1: not before loop_wake()
 */
typedef int loop_tick(uint64_t now);

/** loop_set_ticks() - once, before anything else; NULL-terminated; kept */
void loop_set_ticks(loop_tick *const *ticks);

/**
 * loop_post() - run @p in the loop, soon; posts keep their order
 * Thread-safe. Return: false if there is no thread to be had
 */
bool loop_post(struct post *p);

/** loop_wake() - have all look again at what has come due; thread-safe */
bool loop_wake(void);

/**
 * loop_watch() - wait for @events of @w from now on; 0: for nothing, though
 * EPOLLERR and EPOLLHUP still come
 * Return: 0 or -errno
 */
int loop_watch(struct watch *w, uint32_t events);

/** loop_unwatch() - not any more; before its descriptor is closed */
void loop_unwatch(struct watch *w);

/**
 * loop_free() - free(3) @p, of malloc(3), when no event that has been fetched
 * already can speak of it any more
 */
void loop_free(void *p);

#endif
