/* SPDX-License-Identifier: MIT */
/*
 * What the kernel tells of this process's epoll instances: /proc, for what no
 * system call says. All of it is slow, and for rare cases; without /proc
 * nothing is found. Leaves errno alone; async-signal-safe; takes no lock.
 */
#ifndef PRELOAD_EPOLL_SEEN_H
#define PRELOAD_EPOLL_SEEN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

/* One registration, as /proc/PID/fdinfo/EPFD shows it (proc(5)). */
struct epoll_seen {
	int epfd, fd;   /* @fd: the number at the time of EPOLL_CTL_ADD */
	uint64_t inode; /* of the file behind it */
	struct epoll_event event;
};

/** epoll_visitor - Return: false: that was enough */
typedef bool epoll_visitor(void *arg, const struct epoll_seen *seen);

/** epoll_visit() - each registration with @epfd */
void epoll_visit(int epfd, epoll_visitor *visitor, void *arg);

/** epoll_visit_all() - each with any instance that this process has */
void epoll_visit_all(epoll_visitor *visitor, void *arg);

/**
 * epoll_has_fired() - is the EPOLLONESHOT registration of @fd with @epfd
 * disarmed? It stands among others that epoll_wait(2) has reported
 */
bool epoll_has_fired(int epfd, int fd);

/** epoll_is_same() - do two numbers mean one instance? */
bool epoll_is_same(int a, int b);

/**
 * epoll_other_number() - another number of the instance @epfd
 * @first, @last: not one of these
 * Return: it, or -1
 */
int epoll_other_number(int epfd, unsigned first, unsigned last);

#endif
