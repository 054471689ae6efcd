/* SPDX-License-Identifier: MIT */
/*
 * The connections that this process knows: their memory, the lock, fork, the
 * hidden descriptors, and how a connection comes to its end.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <unistd.h>

#include "exec/run_fd.h"
#include "libc/libc.h"
#include "libc/net.h"
#include "libc/sys.h"
#include "preload/bell.h"
#include "preload/conn_internal.h"
#include "preload/state.h"
#include "preload/udp.h"
#include "sock/tcp_fail.h"
#include "sock/wait.h"

_Atomic uint16_t fd_table[FD_TABLE_SIZE];
atomic_int fd_table_end;
atomic_uint conn_active;

/* Held for a system call or two: not worth going to sleep at once. */
static pthread_mutex_t mutex = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
static pid_t parent_pid; /* which had the table when this one was forked */
pid_t conn_owner_pid; /* 0 until the first socket is made */
static bool is_set_up; /* the memory is there */

/*
 * Everything is addressed by small numbers in memory that is reserved once and
 * backed where it is used.
 */
static struct conn *pool;
static unsigned pool_used; /* conns ever taken from it; 0 is never one */
static uint16_t pool_free;
static unsigned in_use;

#define OUTCOMES 65536u
/* Shared, the turn included: relatives take from it, too. */
static struct {
	atomic_uint turn;
	struct outcome of[OUTCOMES];
} *outcomes;

static void take_over_table(void);

/* The thread that is in fork(3), and holds the lock for it. */
static bool forking;
static pthread_t forker;

bool conn_lock(struct conn_lock *l)
{
	sigset_t all;

	/* The program's fork handlers run between ours, and may use sockets. */
	l->nested = __atomic_load_n(&forking, __ATOMIC_ACQUIRE) &&
		    pthread_equal(forker, pthread_self());
	if (l->nested) {
		take_over_table();
		return true;
	}
	if (conn_owner_pid != getpid())
		return false;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &l->signals);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &l->cancel);
	pthread_mutex_lock(&mutex);
	return true;
}

void conn_unlock(struct conn_lock *l)
{
	if (l->nested)
		return;
	pthread_mutex_unlock(&mutex);
	pthread_setcancelstate(l->cancel, NULL);
	pthread_sigmask(SIG_SETMASK, &l->signals, NULL);
}

void conn_lock_helper(void)
{
	pthread_mutex_lock(&mutex);
}

void conn_unlock_helper(void)
{
	pthread_mutex_unlock(&mutex);
}

/*
 * pthread_atfork(3) without the start files that it wants, of which we have no
 * other need: we are never unloaded.
 */
extern int __register_atfork(void (*prepare)(void), void (*parent)(void),
			     void (*child)(void), void *dso);

/* --- fork --------------------------------------------------------------- */

static struct conn_lock fork_lock;

/* It can only watch what exists now. */
static void share_with_child(struct conn *c)
{
	conn_make_event_fd(c);
	c->forked = true;
}

static void before_fork(void)
{
	struct conn_lock l;

	if (!__atomic_load_n(&is_set_up, __ATOMIC_ACQUIRE) || !conn_lock(&l) ||
	    l.nested)
		return;
	/* Another thread in fork(3) has used these until now. */
	fork_lock = l;
	forker = pthread_self();
	__atomic_store_n(&forking, true, __ATOMIC_RELEASE);
	for (unsigned i = 1; i <= pool_used; i++)
		if (pool[i].slots > 0 &&
		    conn_local_state(&pool[i]) == CONN_PENDING)
			share_with_child(&pool[i]);
}

static void after_fork_parent(void)
{
	struct conn_lock l = fork_lock;

	if (!forking || !pthread_equal(forker, pthread_self()))
		return;
	__atomic_store_n(&forking, false, __ATOMIC_RELEASE);
	conn_unlock(&l);
}

/* In the child: the table is this process's own from now on. */
static void take_over_table(void)
{
	/* The first of a PID namespace: numbers mean others here. */
	bool out_of_sight = getppid() == 0;

	if (conn_owner_pid == getpid())
		return;
	parent_pid = conn_owner_pid;
	conn_owner_pid = getpid();
	helper_forked();
	for (unsigned i = 1; i <= pool_used; i++) {
		struct conn *c = &pool[i];

		c->watched = false;
		if (out_of_sight)
			c->owner = 0;
		conn_inherit_regs(c);
		if (c->outcome != NULL && c->attempt.fd >= 0) {
			conn_close_hidden(c->attempt.fd);
			c->attempt.fd = -1;
		}
		if (c->done != NULL) { /* the parent's alone */
			c->done = NULL;
			conn_free_if_unused(c);
		}
	}
	udp_forked();
	bell_forked();
}

static void after_fork_child(void)
{
	if (!is_set_up) {
		conn_owner_pid = getpid(); /* of nothing yet */
		return;
	}
	if (!forking || !pthread_equal(forker, pthread_self()))
		return;
	take_over_table();
	after_fork_parent();
}

bool conn_table_is_ours(void)
{
	return conn_owner_pid == getpid();
}

bool conn_claim(void)
{
	static int once;

	if (conn_owner_pid != 0)
		return conn_owner_pid == getpid();
	if (__atomic_exchange_n(&once, 1, __ATOMIC_ACQ_REL) != 0)
		return false; /* another thread is at it */
	__register_atfork(before_fork, after_fork_parent, after_fork_child,
			  NULL);
	__atomic_store_n(&conn_owner_pid, getpid(), __ATOMIC_RELEASE);
	return true;
}

bool conn_set_up(void)
{
	static int once;

	if (likely(__atomic_load_n(&is_set_up, __ATOMIC_ACQUIRE)))
		return true; /* conn_lock() looks whose it is */
	if (!conn_claim())
		return false;
	if (__atomic_exchange_n(&once, 1, __ATOMIC_ACQ_REL) != 0)
		return false; /* another thread is at it, or it has failed */
	pool = sys_mmap((FD_CONN_MAX + 1) * sizeof(*pool),
			PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	outcomes = sys_mmap(sizeof(*outcomes),
			    PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	if (pool == MAP_FAILED || outcomes == MAP_FAILED)
		return false;
	__atomic_store_n(&is_set_up, true, __ATOMIC_RELEASE);
	return true;
}

/* --- the pool ------------------------------------------------------------ */

bool conn_is_mine(const struct conn *c)
{
	return c->owner == conn_owner_pid;
}

bool conn_owner_is_gone(const struct conn *c)
{
	if (c->owner == 0)
		return false; /* nobody here can know */
	/* A zombie still answers kill(2): its child knows better. */
	return c->owner == parent_pid ? getppid() != parent_pid
				      : sys(SYS_kill, c->owner, 0) == -ESRCH;
}

void conn_orphaned(struct conn *c)
{
	c->owner = conn_owner_pid;
	c->attempt.fd = conn_work_fd(c, -1);
	conn_finish(c, ECONNABORTED);
}

struct conn *conn_at(unsigned index)
{
	return &pool[index];
}

unsigned conn_index(const struct conn *c)
{
	return (unsigned)(c - pool);
}

struct conn *conn_of(int fd)
{
	uint16_t v = fd_get(fd);

	return fd_is_conn(v) ? &pool[v] : NULL;
}

/* One that no descriptor means yet. */
static struct conn *conn_new(void)
{
	struct conn *c;

	if (pool_free != 0) {
		c = &pool[pool_free];
		pool_free = c->next;
	} else if (pool_used < FD_CONN_MAX) {
		c = &pool[++pool_used];
	} else {
		return NULL;
	}
	c->generation++;
	c->next = 0;
	c->watched = c->told = c->forked = c->counted = false;
	c->owes_zero = false;
	in_use++;
	c->slots = 0;
	c->fd = -1;
	c->owner = 0;
	c->event_fd = -1;
	conn_put_outcome(c, NULL);
	c->regs = NULL;
	c->done = NULL;
	c->attempt.fd = -1;
	return c;
}

struct conn *conn_make(int fd)
{
	struct conn *c = conn_new();

	if (c != NULL) {
		c->slots = 1;
		c->fd = fd;
		fd_set_value(fd, (uint16_t)conn_index(c));
	}
	return c;
}

bool conn_drive(const struct tcp_attempt *a, conn_done *done, unsigned key)
{
	struct conn *c = conn_new();

	if (c == NULL)
		return false;
	c->attempt = *a;
	c->done = done;
	c->key = key;
	conn_make_pending(c);
	if (helper_watch(c))
		return true;
	c->attempt.fd = -1; /* the caller's again */
	conn_free_if_unused(c);
	return false;
}

enum conn_state conn_local_state(const struct conn *c)
{
	/* Read once: without the lock it may become NULL meanwhile. */
	const struct outcome *o = conn_get_outcome(c);

	if (o == NULL)
		return CONN_FRESH;
	return (enum conn_state)atomic_load_explicit(&o->state,
						     memory_order_acquire);
}

/* Keep conn_active true to what @c has become. */
void conn_count(struct conn *c)
{
	enum conn_state s = conn_local_state(c);
	bool active = c->slots > 0 && (s == CONN_PENDING ||
				       (s == CONN_FAILED && !c->told));

	if (active == c->counted)
		return;
	c->counted = active;
	if (active)
		atomic_fetch_add_explicit(&conn_active, 1u,
					  memory_order_release);
	else if (atomic_fetch_sub(&conn_active, 1u) == 1)
		bell_trim();
}

void conn_free_if_unused(struct conn *c)
{
	if (c->slots > 0 || c->watched)
		return;
	conn_drop_all_regs(c);
	if (c->event_fd >= 0)
		conn_close_hidden(c->event_fd);
	if (c->attempt.fd >= 0)
		conn_close_hidden(c->attempt.fd);
	c->event_fd = c->attempt.fd = -1;
	conn_put_outcome(c, NULL);
	c->next = pool_free;
	pool_free = (uint16_t)conn_index(c);
	in_use--;
}

void conn_trim(void)
{
	if (in_use > 0 || pool_used == 0)
		return;
	/* A burst of connections is over: its memory goes back. */
	madvise(pool, (pool_used + 1) * sizeof(*pool), MADV_DONTNEED);
	pool_used = pool_free = 0;
}

void conn_release(struct conn *c, int fd)
{
	bool works = c->attempt.fd == fd; /* there was no room for another */

	fd_set_value(fd, FD_UNKNOWN);
	if (--c->slots > 0) {
		/* The kernel keeps its registrations, too. */
		if (works) {
			c->attempt.fd = conn_work_fd(c, fd);
			helper_moved(c, fd);
		}
		return;
	}
	conn_drop_regs_of_fd(c, fd);
	/* Closing the duplicate cancels it, unless a child has the socket. */
	if (!c->forked || works) {
		helper_unwatch(c);
		if (conn_is_mine(c) && conn_local_state(c) == CONN_PENDING) {
			/* To threads that wait for it. */
			conn_set_outcome(c, CONN_FAILED, 0);
			conn_wake(c);
		}
	}
	conn_count(c);
	conn_free_if_unused(c);
}

/* --- hidden descriptors --------------------------------------------------- */

int conn_hide_copy(int fd)
{
	int hidden = run_fd_hide(fd, F_DUPFD_CLOEXEC);

	if (hidden < 0)
		return hidden;
	if (hidden >= FD_TABLE_SIZE) {
		sys_close(hidden);
		return -EMFILE;
	}
	fd_set_value(hidden, FD_HIDDEN);
	state_note_hidden(hidden);
	return hidden;
}

int conn_hide(int fd)
{
	int hidden;

	if (fd < 0)
		return fd;
	hidden = conn_hide_copy(fd);
	sys_close(fd);
	return hidden;
}

void conn_close_hidden(int fd)
{
	if (fd_get(fd) != FD_HIDDEN)
		return;
	fd_set_value(fd, FD_UNKNOWN);
	sys_close(fd);
}

/* One of the program's numbers for it; -1: there is none. */
static int number_of(const struct conn *c)
{
	uint16_t v = (uint16_t)conn_index(c);

	if (fd_get(c->fd) == v)
		return c->fd;
	for (int fd = 0; fd < fd_table_end; fd++)
		if (fd_get(fd) == v)
			return fd;
	return -1;
}

int conn_work_fd(struct conn *c, int fd)
{
	int own = number_of(c), copy;

	copy = conn_hide_copy(fd >= 0 ? fd : own);
	return copy >= 0 ? copy : own;
}

void conn_give_way(int fd)
{
	struct conn_lock l;
	bool found;

	if (!conn_lock(&l))
		return;
	found = helper_give_way(fd) || udp_give_way(fd) || bell_give_way(fd);
	for (unsigned i = 1; i <= pool_used && !found; i++) {
		struct conn *c = &pool[i];
		bool works = c->attempt.fd == fd;

		found = c->outcome != NULL && (works || c->event_fd == fd);
		if (!found)
			continue;
		if (works) {
			c->attempt.fd = conn_work_fd(c, fd);
		} else {
			int copy = conn_hide_copy(fd);

			/* Who waits on what is lost must look for himself. */
			if (copy < 0)
				conn_wake(c);
			c->event_fd = copy >= 0 ? copy : -1;
		}
		helper_moved(c, fd);
	}
	fd_set_value(fd, FD_UNKNOWN);
	conn_unlock(&l);
}

int conn_make_event_fd(struct conn *c)
{
	if (c->event_fd < 0)
		/* Blocking: conn_wait() sleeps in read(2). */
		c->event_fd = conn_hide(
			(int)sys(SYS_eventfd2, 0, EFD_CLOEXEC | EFD_SEMAPHORE));
	return c->event_fd;
}

/* --- the end of a connection --------------------------------------------- */

/* Every number that means @c means nothing from now on. */
void conn_forget_numbers(struct conn *c)
{
	uint16_t v = (uint16_t)conn_index(c);

	if (fd_get(c->fd) == v) {
		fd_set_value(c->fd, FD_UNKNOWN);
		c->slots--;
	}
	for (int fd = 0; c->slots > 0 && fd < fd_table_end; fd++) {
		if (fd_get(fd) == v) {
			fd_set_value(fd, FD_UNKNOWN);
			c->slots--;
		}
	}
	c->slots = 0;
}

void conn_wake(const struct conn *c)
{
	uint64_t many = UINT32_MAX; /* a semaphore: it stays readable */

	if (c->event_fd >= 0)
		sys(SYS_write, c->event_fd, &many, sizeof(many));
	bell_ring();
}

void conn_set_outcome(struct conn *c, enum conn_state state, int error)
{
	atomic_store_explicit(&c->outcome->error, error, memory_order_relaxed);
	atomic_store_explicit(&c->outcome->state, state, memory_order_release);
}

/* Not one that is pending, which is somebody's, as long as there are others. */
static struct outcome *next_outcome(void)
{
	struct outcome *o = NULL;

	for (unsigned i = 0; i < OUTCOMES; i++) {
		o = &outcomes->of[atomic_fetch_add(&outcomes->turn, 1) %
				  OUTCOMES];
		if (atomic_load(&o->state) != CONN_PENDING)
			break;
	}
	return o;
}

/* @c has a new outcome, which is not known yet. */
void conn_make_pending(struct conn *c)
{
	c->owner = conn_owner_pid;
	c->told = false;
	if (c->event_fd >= 0) { /* of an earlier attempt: it is readable */
		conn_close_hidden(c->event_fd);
		c->event_fd = -1;
	}
	conn_put_outcome(c, next_outcome());
	conn_set_outcome(c, CONN_PENDING, 0);
	if (forking) /* by a handler of fork's: a child will have it, too */
		share_with_child(c);
	conn_count(c);
}

void conn_finish(struct conn *c, int error)
{
	if (c->done != NULL) {
		c->done(c->key, &c->attempt, error);
		c->done = NULL;
		c->attempt.fd = -1;
		conn_put_outcome(c, NULL);
		return;
	}
	/* Unless a relative has cancelled it meanwhile. */
	if (conn_is_mine(c) && conn_local_state(c) == CONN_PENDING) {
		if (error != 0)
			tcp_look_refused(c->attempt.fd, c->attempt.family);
		conn_set_outcome(c, error != 0 ? CONN_FAILED : CONN_DONE, error);
		conn_wake(c);
	} else {
		bell_ring(); /* a relative's event descriptor told us */
	}
	conn_apply_regs(c);
	if (c->attempt.fd >= 0)
		conn_close_hidden(c->attempt.fd);
	c->attempt.fd = -1;
	if (conn_local_state(c) == CONN_DONE && !c->owes_zero)
		conn_forget_numbers(c);
	if (conn_local_state(c) == CONN_FAILED &&
	    atomic_load(&c->outcome->error) == 0)
		conn_put_outcome(c, NULL); /* cancelled: the kernel says the rest */
	conn_count(c);
}
