/* SPDX-License-Identifier: MIT */
/*
 * Hundreds of connects in flight, of random outcomes, and everything that may
 * happen to them meanwhile. Every socket that is not closed is to report its
 * outcome: in time, not early, once. Nothing is left in the end: descriptors,
 * memory, threads.
 *
 *   stress [SECONDS [SOCKETS [THREADS [SEED [WITHOUT]]]]]
 *
 * WITHOUT names what is left out: f fork, s signals, d duplicates, e epoll,
 * c cancelling. By hand:
 *
 *   tests/preload/run.py build/socksify build/tests/preload/stress_proxy \
 *       build/libsocksify.so stress.c build/tests/preload/stress
 *
 * with another `run` line in a copy of this file.
 *
 * run: limit=20000 args=4,300,3
 * log-count: 0 unexpected
 */
#include "pending.h"

#include <dirent.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>

#define THREADS_MAX 16
#define LATE_MS     10000
/* After the call that has seen it pending: the proxy's clock is as fine. */
#define SURE_MS     3

enum how {
	LEVEL,   /* epoll(7) ... */
	EDGE,
	ONCE,
	POLL,
	SELECT,
	ASK,     /* SO_ERROR, long after */
	READ,    /* again and again */
	WRITE,
	WAIT,    /* made blocking, and written to */
	HOWS,
};

static const char *const how_names[] = { "level", "edge", "once", "poll",
					 "select", "ask", "read", "write",
					 "wait" };

struct slot {
	int fd;    /* -1: none */
	int alias; /* a duplicate, or -1 */
	uint32_t use;
	enum how how;
	int error; /* as it is to end */
	long due;  /* ms: not before */
	struct sockaddr_in target;
	bool registered;
	bool kept; /* neither cancelled nor closed before its end */
};

struct worker {
	pthread_mutex_t lock; /* while a slot is not in order */
	struct slot *slots;
	int ep, n;
	unsigned seed;
	long connects, reported, closed, refused, checks;
	pthread_t thread;
};

static struct worker workers[THREADS_MAX];
static int threads = 3, total = 300, seconds = 4;
static unsigned seed;
static const char *without = "";
static atomic_bool stopping;
static atomic_int signals;
static long forks, lateness;

static const struct {
	int outcome, error;
} outcomes[] = {
	{ 0, 0 },	      { 0, 0 },
	{ 0, 0 },	      { 0, 0 },
	{ 1, ECONNREFUSED },  { 2, EACCES },
	{ 3, ENETUNREACH },   { 4, EHOSTUNREACH },
	{ 5, ECONNREFUSED },  { 6, ETIMEDOUT },
	{ 9, ECONNRESET },    { 10, ECONNRESET },
};

static bool with(char what)
{
	return strchr(without, what) == NULL;
}

__attribute__((noreturn, format(printf, 2, 3))) static void
wrong(const struct slot *s, const char *format, ...)
{
	int now = errno;
	char text[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	dprintf(2, "stress: seed %u: fd %d alias %d (%s, to end with %s, due "
		"in %ld ms): %s (errno %s)\n",
		seed, s->fd, s->alias, how_names[s->how],
		strerrorname_np(s->error), s->due - now_ms(), text,
		strerrorname_np(now));
	kill(0, SIGKILL);
	_exit(1);
}

#define TRUE(s, what)                            \
	do {                                     \
		if (!(what))                     \
			wrong(s, "%s", #what);   \
	} while (0)

static unsigned any(unsigned *state, unsigned below)
{
	return (unsigned)rand_r(state) % below;
}

static uint64_t key(const struct worker *w, const struct slot *s)
{
	return (uint64_t)s->use << 32 | (uint64_t)(s - w->slots);
}

static uint32_t interest(const struct slot *s)
{
	return EPOLLOUT | (s->how == EDGE ? EPOLLET
			   : s->how == ONCE ? EPOLLONESHOT : 0);
}

static void control(struct worker *w, struct slot *s, int op, int expected)
{
	struct epoll_event e = { .events = interest(s),
				 .data.u64 = key(w, s) };
	int r = epoll_ctl(w->ep, op, s->fd, &e) < 0 ? errno : 0;

	if (r != expected)
		wrong(s, "epoll_ctl(%d): %d", op, r);
}

/* --- one socket ----------------------------------------------------------- */

static void drop(struct slot *s)
{
	TRUE(s, close(s->fd) == 0);
	if (s->alias >= 0)
		TRUE(s, close(s->alias) == 0);
	s->fd = s->alias = -1;
	s->registered = false;
}

static void aim(struct worker *w, struct slot *s)
{
	unsigned i = any(&w->seed, sizeof(outcomes) / sizeof(*outcomes));
	unsigned delay = any(&w->seed, 4) == 0 ? any(&w->seed, 40)
					       : any(&w->seed, 900);
	static atomic_uint port;

	s->error = outcomes[i].error;
	s->target = ipv4("10.0.0.0", (uint16_t)(++port % 60000 + 1024));
	s->target.sin_addr.s_addr |= htonl((unsigned)outcomes[i].outcome << 16 |
					   delay);
	s->due = now_ms() + delay;
}

static void go(struct worker *w, struct slot *s)
{
	aim(w, s);
	if (connect(s->fd, (struct sockaddr *)&s->target,
		    sizeof(s->target)) == 0 ||
	    errno != EINPROGRESS)
		wrong(s, "connect");
	w->connects++;
}

static void create(struct worker *w, struct slot *s)
{
	s->use++;
	s->alias = -1;
	s->registered = false;
	s->how = (enum how)any(&w->seed, HOWS);
	if (!with('e') && s->how <= ONCE)
		s->how = POLL;
	s->kept = s->how == WAIT || any(&w->seed, 2) == 0;
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	TRUE(s, s->fd >= 0);
	if (s->how == SELECT && s->fd >= FD_SETSIZE)
		s->how = POLL;
	/* Registered before or after; an unconnected one is HUP. */
	if (s->how == EDGE && any(&w->seed, 2) == 0) {
		struct epoll_event e = { .events = 0, .data.u64 = 0 };

		TRUE(s, epoll_ctl(w->ep, EPOLL_CTL_ADD, s->fd, &e) == 0);
		TRUE(s, epoll_ctl(w->ep, EPOLL_CTL_DEL, s->fd, &e) == 0);
	}
	go(w, s);
	if (s->how <= ONCE) {
		control(w, s, EPOLL_CTL_ADD, 0);
		s->registered = true;
	}
}

/* It has been said that it has come to its end. */
static void report(struct worker *w, struct slot *s)
{
	socklen_t len = sizeof(int);
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	long now = now_ms();
	uint8_t own[6], got[6];
	size_t n = 0;
	int error;

	if (now < s->due)
		wrong(s, "reported early");
	if (now - s->due > lateness)
		lateness = now - s->due;
	w->reported++;
	if (s->how != READ && s->how != WRITE && s->how != WAIT) {
		TRUE(s, getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error,
				   &len) == 0);
		if (error != s->error)
			wrong(s, "SO_ERROR %s", strerrorname_np(error));
	}
	TRUE(s, getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0);
	if (error != 0)
		wrong(s, "SO_ERROR %s again", strerrorname_np(error));
	if (s->registered && s->how == LEVEL)
		control(w, s, EPOLL_CTL_DEL, 0);
	if (s->error != 0) {
		w->refused++;
		drop(s);
		return;
	}
	memcpy(own, &s->target.sin_addr, 4);
	memcpy(own + 4, &s->target.sin_port, 2);
	if (s->how != WRITE && s->how != WAIT)
		TRUE(s, send(s->fd, own, 6, MSG_NOSIGNAL) == 6);
	while (s->how != READ && n < 6) {
		ssize_t r;

		if (poll(&p, 1, LATE_MS) == 0)
			wrong(s, "nothing comes");
		r = recv(s->fd, got + n, 6 - n, MSG_DONTWAIT);
		if (r < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (r <= 0)
			wrong(s, "recv %zd", r);
		n += (size_t)r;
	}
	if (s->how != READ && memcmp(own, got, 6) != 0)
		wrong(s, "another's octets");
	drop(s);
}

/* What every call says while it is pending. */
static void check(struct worker *w, struct slot *s)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	struct pollfd p = { .fd = s->fd, .events = POLLIN | POLLOUT };
	char c;
	int r, error;

	if (now_ms() >= s->due - 2 * SURE_MS)
		return;
	switch (any(&w->seed, 7)) {
	case 0:
		r = (int)recv(s->fd, &c, 1, MSG_DONTWAIT);
		error = r < 0 ? errno : 0;
		r = error == EAGAIN;
		break;
	case 1:
		r = (int)send(s->fd, "!", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
		r = r < 0 && errno == EAGAIN;
		break;
	case 2:
		r = getpeername(s->fd, (struct sockaddr *)&sin, &len);
		r = r < 0 && errno == ENOTCONN;
		break;
	case 3:
		r = connect(s->fd, (struct sockaddr *)&s->target, sizeof(sin));
		r = r < 0 && errno == EALREADY;
		break;
	case 4:
		r = poll(&p, 1, 0) == 0;
		break;
	case 5:
		r = (int)write(s->fd, "!", 1);
		r = r < 0 && errno == EAGAIN;
		break;
	default:
		len = sizeof(error);
		r = getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len) ==
			    0 && error == 0;
		break;
	}
	w->checks++;
	if (!r && now_ms() < s->due)
		wrong(s, "not pending");
}

static void cancel(struct worker *w, struct slot *s)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	socklen_t len = sizeof(int);
	int error;

	if (s->kept || s->registered || now_ms() >= s->due - 2 * SURE_MS)
		return;
	switch (any(&w->seed, 3)) {
	case 0:
		drop(s);
		w->closed++;
		break;
	case 1:
		TRUE(s, shutdown(s->fd, (int)any(&w->seed, 3)) == 0 ||
				now_ms() >= s->due);
		drop(s);
		w->closed++;
		break;
	default:
		TRUE(s, connect(s->fd, &none, sizeof(none)) == 0);
		TRUE(s, getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error,
				   &len) == 0);
		go(w, s);
		break;
	}
}

static void alias(struct worker *w, struct slot *s)
{
	int other;

	switch (any(&w->seed, 4)) {
	case 0:
		if (s->alias < 0)
			s->alias = dup(s->fd);
		break;
	case 1:
		if (s->alias < 0)
			s->alias = fcntl(s->fd, F_DUPFD_CLOEXEC, 10);
		break;
	case 2:
		if (s->alias >= 0)
			TRUE(s, dup2(s->fd, s->alias) == s->alias);
		break;
	default:
		/* The duplicate takes over. */
		if (s->alias < 0 || s->registered ||
		    (s->how == SELECT && s->alias >= FD_SETSIZE))
			break;
		other = s->fd;
		s->fd = s->alias;
		s->alias = -1;
		TRUE(s, close(other) == 0);
		break;
	}
}

static void change(struct worker *w, struct slot *s)
{
	if (!s->registered || s->how == EDGE || s->how == ONCE ||
	    now_ms() >= s->due - 2 * SURE_MS)
		return;
	switch (any(&w->seed, 3)) {
	case 0:
		control(w, s, EPOLL_CTL_MOD, 0);
		break;
	case 1:
		control(w, s, EPOLL_CTL_ADD, EEXIST);
		break;
	default:
		control(w, s, EPOLL_CTL_DEL, 0);
		control(w, s, EPOLL_CTL_DEL, ENOENT);
		control(w, s, EPOLL_CTL_ADD, 0);
		break;
	}
}

/* --- all of them ---------------------------------------------------------- */

static struct slot *choose(struct worker *w)
{
	return &w->slots[any(&w->seed, (unsigned)w->n)];
}

static void disturb(struct worker *w)
{
	struct slot *s = choose(w);

	if (s->fd < 0) {
		if (!stopping)
			create(w, s);
		return;
	}
	switch (any(&w->seed, 6)) {
	case 0:
	case 1:
		check(w, s);
		break;
	case 2:
		if (with('d'))
			alias(w, s);
		break;
	case 3:
		change(w, s);
		break;
	case 4:
		if (with('c') && any(&w->seed, 4) == 0)
			cancel(w, s);
		break;
	default:
		break;
	}
}

static void await_epoll(struct worker *w)
{
	struct epoll_event e[32];
	int n = epoll_wait(w->ep, e, 32, (int)any(&w->seed, 4));

	pthread_mutex_lock(&w->lock);
	for (int i = 0; i < n; i++) {
		struct slot *s = &w->slots[(uint32_t)e[i].data.u64];

		/* A child may keep one registered that has been closed. */
		if (key(w, s) != e[i].data.u64 || s->fd < 0)
			continue;
		if (s->how > ONCE)
			wrong(s, "not registered, events %#x", e[i].events);
		report(w, s);
	}
	pthread_mutex_unlock(&w->lock);
}

static void await_poll(struct worker *w)
{
	struct pollfd *p = calloc((size_t)w->n, sizeof(*p));
	int *index = calloc((size_t)w->n, sizeof(*index)), n = 0, r;

	for (int i = 0; i < w->n; i++) {
		if (w->slots[i].fd < 0 || w->slots[i].how != POLL)
			continue;
		index[n] = i;
		p[n].fd = w->slots[i].fd;
		p[n++].events = POLLOUT;
	}
	r = poll(p, (nfds_t)n, (int)any(&w->seed, 4));
	pthread_mutex_lock(&w->lock);
	for (int i = 0; r > 0 && i < n; i++)
		if (p[i].revents != 0)
			report(w, &w->slots[index[i]]);
	pthread_mutex_unlock(&w->lock);
	free(index);
	free(p);
}

static void await_select(struct worker *w)
{
	struct timeval t = { 0, (int)any(&w->seed, 4000) };
	fd_set set;
	int r;

	FD_ZERO(&set);
	for (int i = 0; i < w->n; i++)
		if (w->slots[i].fd >= 0 && w->slots[i].how == SELECT)
			FD_SET(w->slots[i].fd, &set);
	r = select(FD_SETSIZE, NULL, &set, NULL, &t);
	pthread_mutex_lock(&w->lock);
	for (int i = 0; r > 0 && i < w->n; i++)
		if (w->slots[i].fd >= 0 && w->slots[i].how == SELECT &&
		    FD_ISSET(w->slots[i].fd, &set))
			report(w, &w->slots[i]);
	pthread_mutex_unlock(&w->lock);
}

static void try(struct worker *w, struct slot *s)
{
	uint8_t own[6], got[6];
	ssize_t r = -1;

	memcpy(own, &s->target.sin_addr, 4);
	memcpy(own + 4, &s->target.sin_port, 2);
	switch (s->how) {
	case ASK:
		if (now_ms() < s->due + 1500)
			return;
		report(w, s);
		return;
	case READ:
		r = recv(s->fd, got, 6, MSG_DONTWAIT);
		break;
	case WRITE:
		r = send(s->fd, own, 6, MSG_DONTWAIT | MSG_NOSIGNAL);
		break;
	case WAIT:
		/* Not for long. */
		if (now_ms() < s->due - 20)
			return;
		block(s->fd);
		r = send(s->fd, own, 6, MSG_NOSIGNAL);
		if (r < 0 && errno == EINTR)
			return;
		break;
	case LEVEL:
	case EDGE:
	case ONCE:
	case POLL:
	case SELECT:
	case HOWS:
		return;
	}
	if (r < 0 && errno == EAGAIN)
		return;
	if (r < 0 && errno != s->error)
		wrong(s, "I/O");
	if (r >= 0 && (s->error != 0 || r != 6))
		wrong(s, "I/O of %zd octets", r);
	if (s->how == READ && r == 6 && memcmp(own, got, 6) != 0)
		wrong(s, "another's octets");
	report(w, s);
}

/* Return: how many are left */
static int look(struct worker *w)
{
	int left = 0;

	for (int i = 0; i < w->n; i++) {
		struct slot *s = &w->slots[i];

		if (s->fd < 0)
			continue;
		left++;
		if (now_ms() > s->due + LATE_MS) {
			struct pollfd p = { .fd = s->fd, .events = POLLOUT };
			int r = poll(&p, 1, 0);

			wrong(s, "lost (poll %d, %#x)", r, p.revents);
		}
		if (s->how >= ASK) {
			pthread_mutex_lock(&w->lock);
			try(w, s);
			pthread_mutex_unlock(&w->lock);
		}
	}
	return left;
}

static void *work(void *arg)
{
	struct worker *w = arg;

	do {
		for (int i = 0; i < w->n / 10 + 1; i++) {
			pthread_mutex_lock(&w->lock);
			disturb(w);
			pthread_mutex_unlock(&w->lock);
		}
		await_epoll(w);
		await_poll(w);
		await_select(w);
	} while (look(w) > 0 || !stopping);
	return NULL;
}

/* --- what comes from outside ---------------------------------------------- */

/* One that the parent has begun, and leaves alone. */
static void child_waits(struct worker *w, bool by_epoll)
{
	struct slot *s = NULL;
	struct pollfd p = { .events = POLLOUT };
	struct epoll_event e = { .events = EPOLLOUT | EPOLLET };
	int r, ep = -1;

	for (int i = 0; i < w->n && s == NULL; i++) {
		s = choose(w);
		if (s->fd < 0 || !s->kept || now_ms() >= s->due)
			s = NULL;
	}
	if (s == NULL)
		return;
	if (by_epoll) {
		ep = epoll_create1(0);
		TRUE(s, epoll_ctl(ep, EPOLL_CTL_ADD, s->fd, &e) == 0);
	}
	p.fd = s->fd;
	do
		r = by_epoll ? epoll_wait(ep, &e, 1, LATE_MS)
			     : poll(&p, 1, LATE_MS);
	while (r < 0 && errno == EINTR);
	if (r != 1)
		wrong(s, "lost in a child (%s)", by_epoll ? "epoll" : "poll");
	if (now_ms() < s->due)
		wrong(s, "early in a child (%s)", by_epoll ? "epoll" : "poll");
}

static void child_connects(struct worker *w)
{
	struct slot s = { .fd = -1, .alias = -1 };

	for (int i = 0; i < 3; i++) {
		struct pollfd p = { .events = POLLOUT };

		s.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		s.how = POLL;
		go(w, &s);
		p.fd = s.fd;
		while (poll(&p, 1, 20) == 0) {
			check(w, &s);
			if (now_ms() > s.due + LATE_MS)
				wrong(&s, "lost, a child's own");
		}
		report(w, &s);
	}
}

static void *fork_now_and_then(void *arg)
{
	unsigned state = seed + 99, running = 0;
	pid_t pid;
	int status;

	while (!stopping || running > 0) {
		if (!stopping && running < 4) {
			struct worker *w = &workers[any(&state,
							(unsigned)threads)];
			unsigned what = any(&state, 4);

			for (int i = 0; i < threads; i++)
				pthread_mutex_lock(&workers[i].lock);
			pid = fork();
			if (pid == 0) {
				w->seed = state;
				if (what == 1)
					child_waits(w, false);
				if (what == 2)
					child_waits(w, true);
				if (what == 3)
					child_connects(w);
				_exit(0);
			}
			for (int i = 0; i < threads; i++)
				pthread_mutex_unlock(&workers[i].lock);
			CHECK(pid > 0);
			running++;
			forks++;
		}
		while (running > 0 &&
		       (pid = waitpid(-1, &status, WNOHANG)) > 0) {
			CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
			running--;
		}
		poll(NULL, 0, (int)any(&state, 60));
	}
	return arg;
}

static void handler(int sig)
{
	struct worker *w = &workers[(unsigned)signals % (unsigned)threads];
	struct pollfd p = { .events = POLLOUT };
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	int now = errno;

	(void)sig;
	/* Whatever it is. */
	p.fd = w->slots[(unsigned)signals * 7u % (unsigned)w->n].fd;
	poll(&p, 1, 0);
	getpeername(p.fd, (struct sockaddr *)&sin, &len);
	signals++;
	errno = now;
}

static int count_entries(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	CHECK(dir != NULL);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n - 2;
}

static long memory_kb(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	long kb = 0;

	CHECK(f != NULL);
	while (fgets(line, sizeof(line), f) != NULL)
		sscanf(line, "RssAnon: %ld", &kb);
	fclose(f);
	return kb;
}

static void settle(int tasks)
{
	for (int i = 0; i < 100; i++) {
		if (count_entries("/proc/self/task") == tasks)
			return;
		poll(NULL, 0, 30);
	}
	dprintf(2, "stress: seed %u: a thread is left\n", seed);
	_exit(1);
}

static void run(void)
{
	struct itimerval often = { { 0, 7000 }, { 0, 7000 } }, never = { 0 };
	pthread_t forker;

	stopping = false;
	for (int i = 0; i < threads; i++)
		CHECK(pthread_create(&workers[i].thread, NULL, work,
				     &workers[i]) == 0);
	if (with('f'))
		CHECK(pthread_create(&forker, NULL, fork_now_and_then,
				     NULL) == 0);
	if (with('s'))
		CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
	for (long end = now_ms() + seconds * 1000L; now_ms() < end;)
		poll(NULL, 0, 50);
	stopping = true;
	for (int i = 0; i < threads; i++)
		CHECK(pthread_join(workers[i].thread, NULL) == 0);
	if (with('f'))
		CHECK(pthread_join(forker, NULL) == 0);
	CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
}

static void prepare(void)
{
	struct sigaction sa = { .sa_handler = handler,
				.sa_flags = SA_RESTART };

	for (int i = 0; i < threads; i++) {
		struct worker *w = &workers[i];

		pthread_mutex_init(&w->lock, NULL);
		w->n = total / threads;
		w->slots = calloc((size_t)w->n, sizeof(*w->slots));
		w->ep = epoll_create1(EPOLL_CLOEXEC);
		w->seed = seed + (unsigned)i;
		CHECK(w->slots != NULL && w->ep >= 0);
		for (int j = 0; j < w->n; j++)
			w->slots[j].fd = w->slots[j].alias = -1;
	}
	CHECK(sigaction(SIGALRM, &sa, NULL) == 0);
}

int main(int argc, char **argv)
{
	struct worker warm = { .seed = 1 }, sum = { .seed = 0 };
	int fds, all;
	long kb;

	seconds = argc > 1 ? atoi(argv[1]) : seconds;
	total = argc > 2 ? atoi(argv[2]) : total;
	threads = argc > 3 ? atoi(argv[3]) : threads;
	seed = argc > 4 ? (unsigned)atoi(argv[4])
			: (unsigned)(now_ms() ^ getpid());
	without = argc > 5 ? argv[5] : without;
	CHECK(threads > 0 && threads <= THREADS_MAX && total >= threads);
	setvbuf(stdout, NULL, _IOLBF, 0);
	prepare();
	/* What is made once: after it nothing is left behind. */
	child_connects(&warm);
	settle(1);
	fds = count_entries("/proc/self/fd");
	kb = memory_kb();
	run();
	for (int i = 0; i < threads; i++) {
		sum.connects += workers[i].connects;
		sum.reported += workers[i].reported;
		sum.refused += workers[i].refused;
		sum.closed += workers[i].closed;
		sum.checks += workers[i].checks;
	}
	settle(1);
	all = count_entries("/proc/self/fd");
	printf("%ld connects, %ld reported, %ld of them refused, %ld given "
	       "up, %ld checks, %ld forks, %d signals, %ld ms late; %d "
	       "descriptors, %d at the start; %ld KiB more\n",
	       sum.connects, sum.reported, sum.refused, sum.closed, sum.checks,
	       forks, (int)signals, lateness, all, fds, memory_kb() - kb);
	if (all != fds) {
		dprintf(2, "stress: seed %u: %d descriptors, %d at the start\n",
			seed, all, fds);
		return 1;
	}
	return 0;
}
