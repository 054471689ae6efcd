/* SPDX-License-Identifier: MIT */
/* select(2) and pselect(2) of a connecting socket; what is left of the time. */
#include "oracle.h"

#include <sys/select.h>

struct sets {
	fd_set r, w, x;
};

static void fill(struct sets *s, int fd)
{
	FD_ZERO(&s->r);
	FD_ZERO(&s->w);
	FD_ZERO(&s->x);
	FD_SET(fd, &s->r);
	FD_SET(fd, &s->w);
	FD_SET(fd, &s->x);
}

static void say_sets(int result, const struct sets *s, int fd)
{
	did("select", result);
	say("  %s%s%s", FD_ISSET(fd, &s->r) ? "r" : "-",
	    FD_ISSET(fd, &s->w) ? "w" : "-", FD_ISSET(fd, &s->x) ? "x" : "-");
}

static void selected(int fd, long ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };
	struct sets s;
	int n;

	fill(&s, fd);
	n = select(fd + 1, &s.r, &s.w, &s.x, &tv);
	say_sets(n, &s, fd);
}

/* @tv is what was not slept of @ms. */
static void say_left(const struct timeval *tv, long ms, long start)
{
	long left = tv->tv_sec * 1000 + tv->tv_usec / 1000;
	long sum = left + now_ms() - start;

	if (left == 0 || left == ms)
		say("left: %ld", left);
	else
		say("left: the rest%s",
		    sum < ms - 3 || sum > ms + 100 ? ", but not exactly" : "");
}

void select_connected(void)
{
	int fd = begun(ACCEPTED);

	selected(fd, 0);
	selected(fd, SOON);
	selected(fd, LONG);
	when();
	say_error(fd);
	talk(fd);
	selected(fd, 0);
}

void select_failed(void)
{
	int fd = begun(REFUSED);

	selected(fd, SOON);
	selected(fd, LONG);
	when();
	selected(fd, LONG);
	say_error(fd);
	selected(fd, LONG);
}

void select_forever(void)
{
	int fd = begun(ACCEPTED);
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	DO(select(fd + 1, NULL, &set, NULL, NULL));
	when();
	DO(FD_ISSET(fd, &set) != 0);
}

void select_read_only(void)
{
	int fd = begun(ACCEPTED);
	struct timeval later = { 0, LATER * 1000 };
	long start = now_ms();
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	DO(select(fd + 1, &set, NULL, NULL, &later));
	since(start, LATER);
	DO(FD_ISSET(fd, &set) != 0);
}

void select_banner(void)
{
	int fd = begun(BANNER);
	struct timeval soon = { 0, SOON * 1000 }, later = { 3, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	DO(select(fd + 1, &set, NULL, NULL, &soon));
	FD_SET(fd, &set);
	DO(select(fd + 1, &set, NULL, NULL, &later));
	when();
	DO(FD_ISSET(fd, &set) != 0);
}

void select_time(void)
{
	int fd = begun(ACCEPTED);
	struct timeval tv = { 0, SOON * 1000 };
	struct sets s;
	long start = now_ms();

	fill(&s, fd);
	say_sets(select(fd + 1, &s.r, &s.w, &s.x, &tv), &s, fd);
	since(start, SOON);
	say_left(&tv, SOON, start);
	tv = (struct timeval){ 3, 0 };
	start = now_ms();
	fill(&s, fd);
	say_sets(select(fd + 1, &s.r, &s.w, &s.x, &tv), &s, fd);
	when();
	say_left(&tv, 3000, start);
	tv = (struct timeval){ 0, 0 };
	fill(&s, fd);
	say_sets(select(fd + 1, &s.r, &s.w, &s.x, &tv), &s, fd);
	say_left(&tv, 0, start);
}

/* A handler ends it; sets are as they were, the time is what is left. */
void select_signal(void)
{
	int fd = begun(ACCEPTED);
	struct timeval tv = { 3, 0 };
	struct sets s;
	long start = now_ms();

	on_alarm(SA_RESTART);
	alarm_in(SOON);
	fill(&s, fd);
	say_sets(select(fd + 1, &s.r, &s.w, &s.x, &tv), &s, fd);
	since(start, SOON);
	say_left(&tv, 3000, start);
	say("alarms: %d", alarms());
	selected(fd, LONG);
	when();
}

void select_errors(void)
{
	int fd = begun(ACCEPTED), closed = dup(fd);
	struct timeval bad = { 0, -1 }, none = { -1, 0 }, much = { 0, 1100000 };
	struct sets s;

	MUST(close(closed) == 0);
	fill(&s, fd);
	FD_SET(closed, &s.r);
	DO(select(closed + 1, &s.r, &s.w, &s.x, NULL));
	fill(&s, fd);
	DO(select(-1, &s.r, &s.w, &s.x, NULL));
	DO(select(fd + 1, &s.r, &s.w, &s.x, &bad));
	DO(select(fd + 1, &s.r, &s.w, &s.x, &none));
	DO(select(fd + 1, nowhere, &s.w, &s.x, NULL));
	/* Below what the count includes. */
	fill(&s, fd);
	DO(select(fd, &s.r, &s.w, &s.x, &(struct timeval){ 0, 1000 }));
	fill(&s, fd);
	say_sets(select(fd + 1, &s.r, &s.w, &s.x, &much), &s, fd);
	when();
}

void select_last(void)
{
	int fd = high_fd(sock(SOCK_NONBLOCK), FD_SETSIZE - 1);

	MUST(fd == FD_SETSIZE - 1);
	begin(fd, ACCEPTED);
	selected(fd, SOON);
	selected(fd, LONG);
	when();
	talk(fd);
}

/* Sets of the program's own, beyond FD_SETSIZE. */
void select_wide(void)
{
	int fd = high_fd(sock(SOCK_NONBLOCK), 1500);
	struct timeval soon = { 0, SOON * 1000 }, later = { 3, 0 };
	unsigned long mask = 1UL << (fd % 64), set[32] = { 0 };

	begin(fd, ACCEPTED);
	set[fd / 64] = mask;
	DO(select(fd + 1, NULL, (fd_set *)(void *)set, NULL, &soon));
	DO(set[fd / 64] == mask);
	set[fd / 64] = mask;
	DO(select(fd + 1, NULL, (fd_set *)(void *)set, NULL, &later));
	when();
	DO(set[fd / 64] == mask);
}

/* Ready pipe, connect that works, connect that does not. */
void select_several(void)
{
	int good = begun(ACCEPTED), bad = begun(REFUSED), ends[2];
	int high = good > bad ? good : bad;
	struct sets s;
	char c;

	MUST(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
	fill(&s, good);
	FD_SET(bad, &s.w);
	FD_SET(ends[0], &s.r);
	high = high > ends[0] ? high : ends[0];
	say_sets(select(high + 1, &s.r, &s.w, &s.x, NULL), &s, good);
	DO(FD_ISSET(ends[0], &s.r) != 0);
	DO(FD_ISSET(bad, &s.w) != 0);
	MUST(read(ends[0], &c, 1) == 1);
	nap(LATER);
	fill(&s, good);
	FD_SET(bad, &s.w);
	FD_SET(ends[0], &s.r);
	say_sets(select(high + 1, &s.r, &s.w, &s.x, NULL), &s, good);
	DO(FD_ISSET(ends[0], &s.r) != 0);
	DO(FD_ISSET(bad, &s.w) != 0);
	say_error(good);
	say_error(bad);
}

static void masks(sigset_t *with, sigset_t *without)
{
	sigprocmask(SIG_BLOCK, NULL, without);
	sigdelset(without, SIGALRM);
	*with = *without;
	sigaddset(with, SIGALRM);
	sigprocmask(SIG_SETMASK, with, NULL);
}

void pselect_lets_in(void)
{
	int fd = begun(ACCEPTED);
	struct timespec later = { 3, 0 };
	sigset_t with, without, now;
	struct sets s;

	masks(&with, &without);
	on_alarm(0);
	alarm_in(SOON);
	fill(&s, fd);
	say_sets(pselect(fd + 1, &s.r, &s.w, &s.x, &later, &without), &s, fd);
	say("alarms: %d; %ld", alarms(), (long)later.tv_sec);
	sigprocmask(SIG_BLOCK, NULL, &now);
	DO(sigismember(&now, SIGALRM));
	fill(&s, fd);
	say_sets(pselect(fd + 1, &s.r, &s.w, &s.x, NULL, &without), &s, fd);
	when();
}

void pselect_keeps_out(void)
{
	int fd = begun(ACCEPTED);
	struct timespec later = { 3, 0 };
	sigset_t with, without;
	struct sets s;

	masks(&with, &without);
	sigprocmask(SIG_SETMASK, &without, NULL);
	on_alarm(0);
	alarm_in(SOON);
	fill(&s, fd);
	say_sets(pselect(fd + 1, &s.r, &s.w, &s.x, &later, &with), &s, fd);
	when();
	say("alarms: %d; %ld", alarms(), (long)later.tv_sec);
}

/* Pending before the call, which does not wait. */
void pselect_pending(void)
{
	int fd = begun(ACCEPTED);
	struct timespec none = { 0 };
	sigset_t with, without;
	struct sets s;

	masks(&with, &without);
	on_alarm(0);
	raise(SIGALRM);
	fill(&s, fd);
	say_sets(pselect(fd + 1, &s.r, &s.w, &s.x, &none, &without), &s, fd);
	say("alarms: %d", alarms());
	raise(SIGALRM);
	fill(&s, fd);
	say_sets(pselect(fd + 1, &s.r, &s.w, &s.x, NULL, &without), &s, fd);
	say("alarms: %d", alarms());
}
