/* SPDX-License-Identifier: MIT */
/*
 * The thread that runs the handshakes of this process, started when one is
 * needed and ended when none is: a process without pending connections has no
 * thread of ours (sandboxes that want to be single-threaded rely on it). All
 * signals are blocked in it.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "libc/libc.h"
#include "libc/sys.h"
#include "preload/conn_internal.h"
#include "sock/wait.h"

enum {
	TICK_MS = 250,    /* how late a time-out may be noticed */
	BLIND_MS = 5,     /* how late anything is, without a descriptor */
	LINGER_MS = 200,  /* how long it waits for more work */
	STACK_SIZE = 128 * 1024,
	STACK_SIZE_MAX = 128 * 1024 * 1024,
};

static atomic_int epoll_fd = -1; /* the thread reads it without the lock */
static _Atomic int running; /* 1: the thread exists; a futex */
static _Atomic pid_t tid;   /* of it, or of the last one */
static bool ending;         /* somebody waits for its end */
static atomic_uint watched; /* conns that it watches */
/*
 * The one whose attempt it works on without the lock, for to send and to
 * receive takes its time, and connect(2) wants the lock. It says so first, and
 * then looks whether it may; who forbids it looks last whether it does.
 */
static struct conn *_Atomic stepping;

/* Events name a conn by index and use, for it may be gone by then. */
static uint64_t key_of(const struct conn *c)
{
	return (uint64_t)c->generation << 32 | conn_index(c);
}

static struct conn *conn_by_key(uint64_t key)
{
	struct conn *c = conn_at((unsigned)key);

	return c->watched && c->generation == key >> 32 ? c : NULL;
}

static int watched_fd(const struct conn *c)
{
	return conn_is_mine(c) ? c->attempt.fd : c->event_fd;
}

static int arm(const struct conn *c, int op)
{
	struct epoll_event e = { .data.u64 = key_of(c) };

	/* What is new is reported once. */
	e.events = EPOLLIN;
	if (conn_is_mine(c))
		e.events = EPOLLET | (tcp_attempt_events(&c->attempt) == POLLOUT
					      ? EPOLLIN | EPOLLOUT
					      : EPOLLIN);
	return (int)sys(SYS_epoll_ctl, epoll_fd, op, watched_fd(c), &e);
}

static void await_step(const struct conn *c)
{
	struct timespec moment = { .tv_nsec = 20000 };

	while (unlikely(atomic_load(&stepping) == c))
		sys(SYS_nanosleep, &moment, NULL);
}

void helper_hold(struct conn *c)
{
	c->held = true;
	await_step(c);
}

void helper_unwatch(struct conn *c)
{
	struct epoll_event none = { 0 };

	if (!c->watched)
		return;
	c->watched = false;
	await_step(c);
	sys(SYS_epoll_ctl, epoll_fd, EPOLL_CTL_DEL, watched_fd(c), &none);
	watched--;
}

void helper_moved(struct conn *c, int old_fd)
{
	struct epoll_event none = { 0 };

	c->held = false;
	if (!c->watched)
		return;
	/* Armed anew in any case: an event may have come meanwhile. */
	sys(SYS_epoll_ctl, epoll_fd, EPOLL_CTL_DEL, old_fd, &none);
	arm(c, EPOLL_CTL_ADD);
}

bool helper_give_way(int fd)
{
	int copy;

	if (fd != epoll_fd)
		return false;
	copy = conn_hide_copy(fd);
	epoll_fd = copy >= 0 ? copy : -1;
	return true;
}

static void finish(struct conn *c, int error)
{
	helper_unwatch(c);
	conn_finish(c, error);
	conn_free_if_unused(c);
}

/* The attempt is in @state now. */
static void proceed(struct conn *c, enum tcp_state state)
{
	if (state == TCP_DONE)
		finish(c, 0);
	else if (state == TCP_FAILED)
		finish(c, c->attempt.error);
}

/* Return: what is still to be done, and with the lock held */
static enum tcp_state step(struct conn *c, uint32_t seen)
{
	/* The outcome stands in shared memory, if it is not ours to bring. */
	if (!conn_is_mine(c) || conn_local_state(c) != CONN_PENDING)
		return TCP_DONE;
	/* EPOLLIN and the like are POLLIN and so on (eventpoll.h) */
	return tcp_attempt_step(&c->attempt, (short)seen);
}

/* The proxy may have another address to go on with. */
static void time_out(struct conn *c)
{
	proceed(c, tcp_attempt_timed_out(&c->attempt));
}

static void look_for_timeouts(void)
{
	uint64_t now = sock_now_ms();

	for (unsigned i = 1, left = watched; left > 0; i++) {
		struct conn *c = conn_at(i);

		if (!c->watched)
			continue;
		left--;
		if (!conn_is_mine(c) && conn_owner_is_gone(c)) {
			helper_unwatch(c);
			conn_orphaned(c);
			conn_free_if_unused(c);
			continue;
		}
		if (conn_is_mine(c) && now >= c->attempt.deadline)
			time_out(c);
		else if (conn_is_mine(c) ||
			 conn_local_state(c) != CONN_PENDING)
			/* SO_RCVLOWAT may keep epoll from saying so. */
			proceed(c, step(c, 0));
	}
}

static void gone(void)
{
	atomic_store(&running, 0);
	sys(SYS_futex, &running, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static void handle(const struct epoll_event *event)
{
	uint64_t key = event->data.u64, ticket;
	struct conn *c = conn_at((unsigned)key);
	enum tcp_state state;

	atomic_store(&stepping, c);
	ticket = c->ticket;
	state = conn_by_key(key) == NULL || c->held ? TCP_CONNECTING
						    : step(c, event->events);
	atomic_store(&stepping, NULL);
	if (state != TCP_DONE && state != TCP_FAILED)
		return;
	conn_lock_helper();
	/* It may have been given up, and even begun anew. */
	if (conn_by_key(key) != NULL && c->ticket == ticket)
		proceed(c, state);
	conn_unlock_helper();
}

/*
 * @busy: ms: when there was work last
 * Return: false if there is none any more, and the thread is to end
 */
static bool tick(uint64_t now, uint64_t *busy)
{
	bool go_on = true;

	conn_lock_helper();
	if (watched > 0) {
		*busy = now;
		look_for_timeouts();
	} else if (ending || now - *busy >= LINGER_MS) {
		conn_trim();
		gone();
		go_on = false;
	}
	conn_unlock_helper();
	return go_on;
}

static void *helper(void *arg)
{
	struct epoll_event events[64];
	struct timespec blind_time = { .tv_nsec = BLIND_MS * 1000000 };
	uint64_t ticked = sock_now_ms(), busy = ticked, now;

	atomic_store(&tid, (pid_t)sys(SYS_gettid));
	for (;;) {
		int timeout = watched > 0 ? TICK_MS : LINGER_MS / 4;
		bool blind = epoll_fd < 0;
		long n = blind ? sys(SYS_nanosleep, &blind_time, NULL)
			       : sys(SYS_epoll_pwait, epoll_fd, events, 64,
				     timeout, NULL, 8);

		for (long i = 0; i < n; i++)
			handle(&events[i]);
		now = sock_now_ms();
		if (watched > 0 && !blind && now - ticked < TICK_MS)
			continue;
		ticked = now;
		if (!tick(now, &busy))
			return arg;
	}
}

/* Return: 0 or an errno; EINVAL: @size is too small */
static int create_thread(size_t size)
{
	pthread_attr_t attr;
	pthread_t thread;
	int r = pthread_attr_init(&attr);

	if (r != 0)
		return r;
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, size);
	r = pthread_create(&thread, &attr, helper, NULL);
	pthread_attr_destroy(&attr);
	return r;
}

/* Called with all signals blocked, which the thread inherits. */
static bool start_thread(void)
{
	size_t size = STACK_SIZE;
	int r;

	if (atomic_load(&running) != 0)
		return true;
	atomic_store(&running, 1);
	ending = false;
	/* The program's thread-local variables have a place there, too. */
	do
		r = create_thread(size);
	while (r == EINVAL && (size *= 4) <= STACK_SIZE_MAX);
	if (r != 0)
		atomic_store(&running, 0);
	return r == 0;
}

/* Without one the thread looks at everything again and again. */
static void open_epoll(void)
{
	int fd = conn_hide((int)sys(SYS_epoll_create1, EPOLL_CLOEXEC));

	if (fd < 0)
		return;
	epoll_fd = fd;
	for (unsigned i = 1, left = watched; left > 0; i++) {
		if (!conn_at(i)->watched)
			continue;
		arm(conn_at(i), EPOLL_CTL_ADD);
		left--;
	}
}

bool helper_watch(struct conn *c)
{
	if (epoll_fd < 0)
		open_epoll();
	if (conn_is_mine(c) && watched_fd(c) < 0)
		return false;
	c->watched = true;
	watched++;
	if ((epoll_fd >= 0 && watched_fd(c) >= 0 &&
	     arm(c, EPOLL_CTL_ADD) < 0) ||
	    !start_thread()) {
		helper_unwatch(c);
		return false;
	}
	return true;
}

void helper_forked(void)
{
	if (epoll_fd >= 0)
		conn_close_hidden(epoll_fd);
	epoll_fd = -1;
	watched = 0;
	ending = false;
	atomic_store(&stepping, NULL);
	atomic_store(&running, 0);
	atomic_store(&tid, 0);
}

/*
 * The thread has said good-bye; the kernel counts it until it is really gone,
 * which takes it a moment. (A number that is in use again is another's.)
 */
static void await_exit(void)
{
	struct timespec moment = { .tv_nsec = 50000 };
	pid_t last = atomic_load(&tid);

	for (int i = 0; last != 0 && i < 2000; i++) {
		if (sys(SYS_tgkill, getpid(), last, 0) < 0)
			break;
		sys(SYS_nanosleep, &moment, NULL);
	}
	atomic_compare_exchange_strong(&tid, &last, 0);
}

void helper_end(void)
{
	struct conn_lock l;

	if (atomic_load(&running) != 0 && conn_lock(&l)) {
		ending = true;
		conn_unlock(&l);
		while (atomic_load(&running) != 0)
			sys(SYS_futex, &running, FUTEX_WAIT_PRIVATE, 1, NULL,
			    NULL, 0);
	}
	await_exit();
}
