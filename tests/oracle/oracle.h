/* SPDX-License-Identifier: MIT */
/*
 * What the scenarios share. Each plays calls around one connect(2) that takes
 * its time, and says what they returned: one line per call on stdout, without
 * times and without numbers of descriptors. run.py compares what is said with
 * and without socksify.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* Milliseconds. A connect takes DELAY; SOON is long before its end, LATER long
 * after it; what takes LONG never comes. */
enum { SOON = 50, DELAY = 200, LATER = 500, LONG = 4000 };

/* What becomes of the connect; a banner is what the peer says first. */
enum outcome { ACCEPTED, BANNER, REFUSED, HOST, NET };

#define SCENARIO(name) void name(void);
#include "scenarios.h"
#undef SCENARIO

/* What the compiler is not to think about: no address, no count. */
extern void *volatile nowhere;
extern volatile int minus;

/* Make the call and say what it returned; it is the value, too. */
#define DO(call) did(#call, (long)(call))

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
long did(const char *what, long result);
__attribute__((noreturn)) void broken(const char *what);

/* Of the machine, not of the connect: it is not to fail. */
#define MUST(what)                    \
	do {                          \
		if (!(what))          \
			broken(#what); \
	} while (0)

long now_ms(void);
void nap(long ms);

/* Sockets; @flags are those of socket(2). */
int sock(int flags);
struct sockaddr_in target(enum outcome outcome);
int dial(int fd, enum outcome outcome);
void starting(void);
void begin(int fd, enum outcome outcome);
int begun(enum outcome outcome);
void when(void);
void since(long start, long ms);

/* epoll: an event is known by the letter that it was registered with. */
int new_epoll(void);
void watch(int ep, int op, int fd, char tag, uint32_t events);
int waited(int ep, long ms);
uint32_t collect(int ep, uint32_t until);
void settle(int fd);
void say_events(int result, const struct epoll_event *events);
const char *bits(uint32_t events);

/* poll(2) for @events of one, or of several. */
int polled(int fd, short events, long ms);
void say_polled(int result, const struct pollfd *fds, nfds_t n);

/* What the socket is like. */
void say_error(int fd);
void forget_icmp(int fd);
void say_peer(int fd);
void talk(int fd);
void peer_has_left(void);

/* Threads and signals. */
pthread_t in_thread(void *(*function)(void *), void *argument);
void join(pthread_t thread);
void on_alarm(int flags);
void alarm_in(long ms);
int alarms(void);
int high_fd(int fd, int at_least);

/* What the new image of an exec does with the socket that it was left. */
void inherited(int fd);

#endif
