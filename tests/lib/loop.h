/* SPDX-License-Identifier: MIT */
/*
 * What the clients of the event libraries have in common: a hundred good
 * connections, each of which has its text echoed, one that is refused, one that
 * is never answered, and a timer that must not be late meanwhile.
 */
#ifndef TESTS_LOOP_H
#define TESTS_LOOP_H

#include <err.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { GOOD = 100, ALL = GOOD + 2, TEXT = 4000 };
enum { TICK_MS = 10, LATE_MS = 550, PATIENCE_MS = 4000 };

static int good, refused, timed_out, bad, latest;
static char text[TEXT];

/* How far a connection is, and what has come back of its text. */
struct talk {
	bool connected;
	size_t n;
	char echo[TEXT + 1];
};

static inline int ended(void)
{
	return good + refused + timed_out + bad;
}

static inline void end_by(int error)
{
	if (error == ECONNREFUSED)
		refused++;
	else
		bad++;
}

static inline void end_of_echo(const struct talk *t)
{
	if (t->n == TEXT && memcmp(t->echo, text, TEXT) == 0)
		good++;
	else
		bad++;
}

/* Patience is at its end: that is right only of what has no connection. */
static inline void end_of_patience(const struct talk *t)
{
	if (t->connected)
		bad++;
	else
		timed_out++;
}

static inline int now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int)(t.tv_sec % 1000000 * 1000 + t.tv_nsec / 1000000);
}

static inline void note_tick(void)
{
	static int last;
	int now = now_ms();

	if (last != 0 && now - last > latest)
		latest = now - last;
	last = now;
}

/* Where connection @i goes: the last two are the other ones. */
static inline struct sockaddr_in target(const char *host, int i)
{
	static struct sockaddr_in sin;
	struct addrinfo hints = { .ai_family = AF_INET }, *ai;

	if (sin.sin_family == 0) {
		if (getaddrinfo(host, NULL, &hints, &ai) != 0)
			errx(1, "getaddrinfo");
		memcpy(&sin, ai->ai_addr, sizeof(sin));
		freeaddrinfo(ai);
		memset(text, 'x', TEXT);
	}
	sin.sin_port = htons(i < GOOD ? 7 : i == GOOD ? 81 : 9);
	return sin;
}

static inline int summary(void)
{
	printf("%d good, %d refused, %d timed out, %s\n", good, refused,
	       timed_out, latest > LATE_MS ? "late" : "in time");
	return bad;
}

#endif
