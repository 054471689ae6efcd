/* SPDX-License-Identifier: MIT */
/*
 * oracle NAME - play one scenario and say what its calls returned
 *
 * The world around it is run.py's: there, every connect to one of the targets
 * takes DELAY.
 */
#include "oracle.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <time.h>

void *volatile nowhere = (void *)16;
volatile int minus = -1;

static long begin_ms;
static volatile sig_atomic_t alarm_count;

/* A line is one write: processes and threads share the output. */
void say(const char *format, ...)
{
	char line[512];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line) - 1, format, ap);
	va_end(ap);
	if (n > (int)sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	if (write(STDOUT_FILENO, line, (size_t)n) != n)
		_exit(2);
}

void broken(const char *what)
{
	dprintf(2, "oracle: not true: %s (%s)\n", what,
		strerrorname_np(errno));
	_exit(2);
}

long did(const char *what, long result)
{
	int error = errno;

	if (result == -1)
		say("%s = -1 %s", what, strerrorname_np(error));
	else
		say("%s = %ld", what, result);
	errno = error;
	return result;
}

long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Signals don't cut it short. */
void nap(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &t) == EINTR)
		;
}

int sock(int flags)
{
	int fd = socket(AF_INET, SOCK_STREAM | flags, 0);

	MUST(fd >= 0);
	return fd;
}

struct sockaddr_in target(enum outcome outcome)
{
	static const struct {
		const char *address;
		uint16_t port;
	} targets[] = {
		[ACCEPTED] = { "203.0.113.1", 7 },
		[BANNER] = { "203.0.113.1", 13 },
		[REFUSED] = { "203.0.113.1", 9 },
		[HOST] = { "203.0.113.2", 7 },
		[NET] = { "192.88.99.1", 7 },
	};
	struct sockaddr_in sin = { .sin_family = AF_INET };

	sin.sin_port = htons(targets[outcome].port);
	inet_pton(AF_INET, targets[outcome].address, &sin.sin_addr);
	return sin;
}

/* Return: what connect(2) does */
int dial(int fd, enum outcome outcome)
{
	struct sockaddr_in sin = target(outcome);

	return connect(fd, (struct sockaddr *)&sin, sizeof(sin));
}

/* The connect that when() asks about is the next. */
void starting(void)
{
	begin_ms = now_ms();
}

/* The connect that the scenario is about, of a non-blocking socket. */
void begin(int fd, enum outcome outcome)
{
	int result, error;

	starting();
	result = dial(fd, outcome);
	error = errno;
	say("connect = %d %s%s", result, result ? strerrorname_np(error) : "",
	    now_ms() - begin_ms < DELAY - 5 ? "" : ", but not at once");
}

/* Return: a new non-blocking socket, connecting */
int begun(enum outcome outcome)
{
	int fd = sock(SOCK_NONBLOCK);

	begin(fd, outcome);
	return fd;
}

static const char *span(long ms, long expected)
{
	return ms < expected - 3 ? "EARLY" : ms < expected + 700 ? "ON TIME" :
								   "LATE";
}

/* Is it now about when the connect is due? */
void when(void)
{
	say("%s", span(now_ms() - begin_ms, DELAY));
}

/* Has it taken @ms since @start? */
void since(long start, long ms)
{
	say("%s", span(now_ms() - start, ms));
}

const char *bits(uint32_t events)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{ EPOLLIN, "IN" },	   { EPOLLOUT, "OUT" },
		{ EPOLLPRI, "PRI" },	   { EPOLLERR, "ERR" },
		{ EPOLLHUP, "HUP" },	   { EPOLLRDHUP, "RDHUP" },
		{ POLLNVAL, "NVAL" },	   { EPOLLRDNORM, "RDNORM" },
		{ EPOLLWRNORM, "WRNORM" }, { EPOLLRDBAND, "RDBAND" },
		{ EPOLLWRBAND, "WRBAND" }, { EPOLLET, "et" },
		{ EPOLLONESHOT, "oneshot" }, { EPOLLEXCLUSIVE, "exclusive" },
	};
	static _Thread_local char text[4][128];
	static _Thread_local unsigned turn;
	char *out = text[turn++ % 4];

	*out = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (events & names[i].bit)
			strcat(strcat(out, *out ? " " : ""), names[i].name);
	return *out ? out : "none";
}

int new_epoll(void)
{
	int ep = epoll_create1(EPOLL_CLOEXEC);

	MUST(ep >= 0);
	return ep;
}

void watch(int ep, int op, int fd, char tag, uint32_t events)
{
	struct epoll_event event = { .events = events };
	static const char *const names[] = { [EPOLL_CTL_ADD] = "ADD",
					     [EPOLL_CTL_DEL] = "DEL",
					     [EPOLL_CTL_MOD] = "MOD" };
	char what[64];

	event.data.u64 = (uint64_t)tag << 40 | (uint64_t)tag;
	snprintf(what, sizeof(what), "%s %c (%s)", names[op], tag,
		 bits(events));
	did(what, epoll_ctl(ep, op, fd, &event));
}

static int by_tag(const void *a, const void *b)
{
	const struct epoll_event *x = a, *y = b;

	return (x->data.u64 > y->data.u64) - (x->data.u64 < y->data.u64);
}

void say_events(int result, const struct epoll_event *events)
{
	struct epoll_event sorted[16];

	if (did("epoll_wait", result) <= 0)
		return;
	memcpy(sorted, events, (size_t)result * sizeof(*events));
	qsort(sorted, (size_t)result, sizeof(*sorted), by_tag);
	for (int i = 0; i < result; i++) {
		char tag = (char)sorted[i].data.u64;

		MUST(sorted[i].data.u64 == ((uint64_t)tag << 40 |
					    (uint64_t)tag));
		say("  %c: %s", tag, bits(sorted[i].events));
	}
}

/* Wait for at most @ms, and say what came. Return: how many did */
int waited(int ep, long ms)
{
	struct epoll_event events[16];
	int n = epoll_wait(ep, events, 16, (int)ms);

	say_events(n, events);
	return n;
}

/*
 * A failure is several wake-ups of the kernel; a waiter that is quick sees an
 * edge of each, or the first bits before the last. Wait until they are over:
 * @fd is the socket, or an epoll that it is in.
 */
void settle(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	MUST(poll(&p, 1, LONG) == 1);
	when();
	nap(SOON);
}

/*
 * Wait until the bits of @until have come, in one event or in several: how
 * they are grouped is a matter of speed. Return: all that came
 */
uint32_t collect(int ep, uint32_t until)
{
	struct epoll_event event;
	uint32_t all = 0;
	long end = now_ms() + LONG;

	while ((all & until) != until && now_ms() < end)
		if (epoll_wait(ep, &event, 1, 100) == 1)
			all |= event.events;
	say("collected: %s", bits(all));
	return all;
}

void say_polled(int result, const struct pollfd *fds, nfds_t n)
{
	did("poll", result);
	for (nfds_t i = 0; i < n; i++)
		say("  %u: %s", (unsigned)i, bits((uint16_t)fds[i].revents));
}

int polled(int fd, short events, long ms)
{
	struct pollfd p = { .fd = fd, .events = events, .revents = 0x55 };
	int n = poll(&p, 1, (int)ms);

	say_polled(n, &p, 1);
	return n;
}

void say_error(int fd)
{
	int error = 0x5555;
	socklen_t len = sizeof(error);
	int result = getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);

	if (result != 0 || len != sizeof(error))
		did("SO_ERROR", result);
	else
		say("SO_ERROR: %s", error ? strerrorname_np(error) : "0");
}

/*
 * An ICMP error is kept in the socket's error queue, too, until it is read
 * there, and as long POLLERR stays (since Linux 5.9). Where a proxy reports the
 * error there is none: programs see what they see after a reset.
 */
void forget_icmp(int fd)
{
	char buf[512];

	recv(fd, buf, sizeof(buf), MSG_ERRQUEUE | MSG_DONTWAIT);
}

void say_peer(int fd)
{
	struct sockaddr_in sin = { 0 };
	socklen_t len = sizeof(sin);
	char text[INET_ADDRSTRLEN];

	if (DO(getpeername(fd, (struct sockaddr *)&sin, &len)) == 0)
		say("  %s port %u",
		    inet_ntop(AF_INET, &sin.sin_addr, text, sizeof(text)),
		    ntohs(sin.sin_port));
}

/* The peer sends back what it gets. */
void talk(int fd)
{
	char buf[4] = "";
	size_t got = 0;
	long end = now_ms() + LONG;

	if (send(fd, "ping", 4, MSG_NOSIGNAL) != 4) {
		did("talk: send", -1);
		return;
	}
	while (got < 4 && now_ms() < end) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		poll(&p, 1, 100);
		n = recv(fd, buf + got, 4 - got, MSG_DONTWAIT);
		if (n > 0)
			got += (size_t)n;
		else if (n == 0 || errno != EAGAIN)
			break;
	}
	say("talk: %.4s", got == 4 ? buf : "no echo");
}

/*
 * Where a proxy is in between, it must see the end of what was given up; the
 * kernel by itself has told nobody of it. ORACLE_PROXY_LOG is the proxy's log.
 */
void peer_has_left(void)
{
	const char *path = getenv("ORACLE_PROXY_LOG");
	long start = now_ms();
	bool left = !path;

	while (!left && now_ms() - start < LONG) {
		char line[256];
		FILE *log = fopen(path, "re");

		MUST(log);
		while (fgets(line, sizeof(line), log))
			left |= strstr(line, "client left") ||
				strstr(line, "unexpected: ");
		fclose(log);
		nap(2);
	}
	/* The figure is 100 ms; a busy machine gets some more. */
	say("peer has left%s", !left ? ": NEVER" :
	    now_ms() - start > 200   ? ": LATE" :
				       "");
}

pthread_t in_thread(void *(*function)(void *), void *argument)
{
	pthread_t thread;

	MUST(pthread_create(&thread, NULL, function, argument) == 0);
	return thread;
}

void join(pthread_t thread)
{
	MUST(pthread_join(thread, NULL) == 0);
}

static void count_alarm(int number)
{
	(void)number;
	alarm_count++;
}

/* SIGALRM is counted; @flags are those of sigaction(2). */
void on_alarm(int flags)
{
	struct sigaction action = { .sa_handler = count_alarm,
				    .sa_flags = flags };

	MUST(sigaction(SIGALRM, &action, NULL) == 0);
}

void alarm_in(long ms)
{
	struct itimerval timer = { .it_value.tv_usec = ms * 1000 };

	MUST(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

int alarms(void)
{
	return alarm_count;
}

/* Return: a duplicate whose number is @at_least or more; @fd is closed */
int high_fd(int fd, int at_least)
{
	struct rlimit limit;
	int high;

	MUST(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	if (limit.rlim_cur < (rlim_t)at_least + 16) {
		limit.rlim_cur = (rlim_t)at_least + 16;
		MUST(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	}
	high = fcntl(fd, F_DUPFD, at_least);
	MUST(high >= at_least && close(fd) == 0);
	return high;
}

static const struct scenario {
	const char *name;
	void (*play)(void);
} scenarios[] = {
#define SCENARIO(name) { #name, name },
#include "scenarios.h"
#undef SCENARIO
};

int main(int argc, char **argv)
{
	/* life_exec's new image. */
	if (argc == 3 && strcmp(argv[1], "inherited") == 0) {
		inherited(atoi(argv[2]));
		return 0;
	}
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		if (argc == 2 && strcmp(argv[1], scenarios[i].name) == 0) {
			scenarios[i].play();
			return 0;
		}
	}
	fprintf(stderr, "usage: oracle NAME\n");
	return 2;
}
