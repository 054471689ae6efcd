/* SPDX-License-Identifier: MIT */
/*
 * Which process the connections belong to: how the table is set up, the lock
 * on it, and what becomes of it in a child.
 *
 * DOC: Theory of operation
 *
 * Three kinds of children see what their parent has noted here:
 *
 *   fork(2)          our handlers run, with the lock held around it
 *   _Fork(3), clone(2) by hand    nothing runs: the child finds out at its next
 *                    call that a page has been wiped by the kernel
 *   vfork(2)         shares the memory, that page too, but not the PID: it is
 *                    not the owner, and changes nothing
 *
 * A PID alone says nothing: the first process of a namespace may have its
 * parent's.
 */
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "libc/libc.h"
#include "libc/sys.h"
#include "preload/bell.h"
#include "preload/conn_internal.h"
#include "preload/outcome.h"
#include "preload/udp.h"

/* Held for a system call or two: not worth going to sleep at once. */
#define MUTEX PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
static pthread_mutex_t mutex = MUTEX;

static pid_t parent_pid; /* which had the table when this one was forked; 0 */
_Atomic pid_t conn_owner_pid; /* 0 until the first socket is made */
static bool is_set_up;	 /* the memory is there */

/* In the page that is wiped. NULL: not to be had */
enum { WIPED, TAKING_OVER, OURS };
static atomic_int *mark;

static void take_over_table(void);

/* The thread that is in fork(3), and holds the lock for it. */
static bool forking;
static pthread_t forker;

/* --- the lock ------------------------------------------------------------- */

static void block(sigset_t *signals, int *cancel)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, signals);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, cancel);
}

static void unblock(const sigset_t *signals, int cancel)
{
	pthread_setcancelstate(cancel, NULL);
	pthread_sigmask(SIG_SETMASK, signals, NULL);
}

static bool is_wiped(void)
{
	return mark != NULL && unlikely(atomic_load(mark) != OURS);
}

/* A child that fork(3) has not made. What its parent was doing is nothing. */
static void notice_fork(void)
{
	struct timespec moment = { .tv_nsec = 50000 };
	int wiped = WIPED;
	sigset_t signals;
	int cancel;

	block(&signals, &cancel);
	if (atomic_compare_exchange_strong(mark, &wiped, TAKING_OVER)) {
		mutex = (pthread_mutex_t)MUTEX;
		forking = false;
		take_over_table();
	}
	while (atomic_load(mark) != OURS)
		sys(SYS_nanosleep, &moment, NULL);
	unblock(&signals, cancel);
}

bool conn_lock(struct conn_lock *l)
{
	/* The program's fork handlers run between ours, and may use sockets. */
	l->nested = __atomic_load_n(&forking, __ATOMIC_ACQUIRE) &&
		    pthread_equal(forker, pthread_self());
	if (l->nested) {
		if (is_wiped())
			take_over_table();
		return true;
	}
	if (is_wiped())
		notice_fork();
	if (conn_owner_pid != getpid())
		return false;
	block(&l->signals, &l->cancel);
	pthread_mutex_lock(&mutex);
	return true;
}

void conn_unlock(struct conn_lock *l)
{
	if (l->nested)
		return;
	pthread_mutex_unlock(&mutex);
	unblock(&l->signals, l->cancel);
}

void conn_lock_helper(void)
{
	pthread_mutex_lock(&mutex);
}

void conn_unlock_helper(void)
{
	pthread_mutex_unlock(&mutex);
}

bool conn_is_in_fork(void)
{
	return forking;
}

/* --- fork ----------------------------------------------------------------- */

static struct conn_lock fork_lock;

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
	conn_each(conn_share_with_child);
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
	pid_t parent = getppid();

	parent_pid = parent == conn_owner_pid ? parent : 0;
	conn_owner_pid = getpid();
	helper_forked();
	/* The first of a PID namespace: numbers mean others here. */
	conn_each(parent == 0 ? conn_inherit_unseen : conn_inherit);
	udp_forked();
	bell_forked();
	if (mark != NULL)
		atomic_store(mark, OURS);
}

/*
 * Set up by one thread, while others wait: with signals blocked, so that none
 * comes to wait for itself.
 */
struct once {
	_Atomic pid_t by;
	atomic_bool done;
};
static struct once claiming, setting_up;

static void do_once(struct once *o, void what(void))
{
	struct timespec moment = { .tv_nsec = 50000 };
	pid_t self = getpid(), by = 0;
	sigset_t signals;
	int cancel;

	block(&signals, &cancel);
	if (atomic_compare_exchange_strong(&o->by, &by, self)) {
		what();
		atomic_store(&o->done, true);
	}
	/* A child does not wait for a thread that it does not have. */
	while (by == self && !atomic_load(&o->done))
		sys(SYS_nanosleep, &moment, NULL);
	unblock(&signals, cancel);
}

static void after_fork_child(void)
{
	if (!is_set_up) {
		conn_owner_pid = getpid(); /* of nothing yet */
		setting_up = (struct once){ 0 };
		return;
	}
	if (!forking || !pthread_equal(forker, pthread_self()))
		return;
	if (mark != NULL ? is_wiped() : conn_owner_pid != getpid())
		take_over_table();
	after_fork_parent();
}

bool conn_table_is_ours(void)
{
	if (is_wiped())
		notice_fork();
	return conn_owner_pid == getpid();
}

/*
 * pthread_atfork(3) without the start files that it wants, of which we have no
 * other need: we are never unloaded.
 */
extern int __register_atfork(void (*prepare)(void), void (*parent)(void),
			     void (*child)(void), void *dso);

static void claim(void)
{
	__register_atfork(before_fork, after_fork_parent, after_fork_child,
			  NULL);
	conn_owner_pid = getpid();
}

bool conn_claim(void)
{
	if (conn_owner_pid == 0)
		do_once(&claiming, claim);
	return conn_owner_pid == getpid();
}

static atomic_int *make_mark(void)
{
	long size = 4096;
	atomic_int *p = sys_mmap((size_t)size, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (p == MAP_FAILED)
		return NULL;
	if (sys(SYS_madvise, p, size, MADV_WIPEONFORK) < 0) {
		sys_munmap(p, (size_t)size);
		return NULL;
	}
	atomic_store(p, OURS);
	return p;
}

static void set_up(void)
{
	if (!conn_make_pool() || !outcome_set_up())
		return;
	mark = make_mark();
	__atomic_store_n(&is_set_up, true, __ATOMIC_RELEASE);
}

bool conn_set_up(void)
{
	if (likely(__atomic_load_n(&is_set_up, __ATOMIC_ACQUIRE)))
		return true; /* conn_lock() looks whose it is */
	if (!conn_claim())
		return false;
	do_once(&setting_up, set_up);
	return __atomic_load_n(&is_set_up, __ATOMIC_ACQUIRE);
}

/* --- whose a connection is ------------------------------------------------ */

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
