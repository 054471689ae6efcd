/* SPDX-License-Identifier: MIT */
/*
 * The connections that this process knows: their memory, the hidden
 * descriptors, and how a connection comes to its end.
 */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "exec/run_fd.h"
#include "libc/libc.h"
#include "libc/net.h"
#include "libc/sys.h"
#include "preload/bell.h"
#include "preload/conn_internal.h"
#include "preload/io_signal.h"
#include "preload/outcome.h"
#include "preload/state.h"
#include "preload/udp.h"
#include "sock/tcp_fail.h"
#include "sock/wait.h"

_Atomic uint16_t fd_table[FD_TABLE_SIZE];
atomic_int fd_table_end;
atomic_uint conn_active;

/*
 * Everything is addressed by small numbers in memory that is reserved once and
 * backed where it is used.
 */
static struct conn *pool;
static unsigned pool_used; /* conns ever taken from it; 0 is never one */
static uint16_t pool_free;
static unsigned in_use;

bool conn_make_pool(void)
{
	pool = sys_mmap((FD_CONN_MAX + 1) * sizeof(*pool),
			PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	return pool != MAP_FAILED;
}

void conn_each(void visit(struct conn *c))
{
	for (unsigned i = 1; i <= pool_used; i++)
		visit(&pool[i]);
}

/* --- fork ---------------------------------------------------------------- */

void conn_share_with_child(struct conn *c)
{
	if (c->slots == 0)
		return;
	/* It can only watch what exists now. */
	if (conn_local_state(c) == CONN_PENDING)
		conn_make_event_fd(c);
	c->forked = true;
}

void conn_inherit(struct conn *c)
{
	c->watched = false;
	conn_inherit_regs(c);
	if (c->ticket != 0 && c->attempt.fd >= 0) {
		conn_close_hidden(c->attempt.fd);
		c->attempt.fd = -1;
	}
	if (c->done != NULL) { /* the parent's alone */
		c->done = NULL;
		conn_free_if_unused(c);
	}
}

void conn_inherit_unseen(struct conn *c)
{
	c->owner = 0;
	conn_inherit(c);
}

/* --- the pool ------------------------------------------------------------ */

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
	c->held = false;
	c->owner = 0;
	c->event_fd = -1;
	c->ticket = 0;
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
		c->made_here = fd_get(fd) == FD_FRESH;
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
	if (conn_make_pending(c) && helper_watch(c))
		return true;
	c->attempt.fd = -1; /* the caller's again */
	conn_free_if_unused(c);
	return false;
}

enum conn_state conn_local_state(const struct conn *c)
{
	/* Read once: without the lock it may change meanwhile. */
	return outcome_state(c->ticket);
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
	conn_drop_outcome(c);
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
			helper_hold(c);
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
			/*
			 * To threads that wait for it, and to children. Not by
			 * @fd: it may mean another file by now.
			 */
			if (!works && c->attempt.fd >= 0)
				sys(SYS_shutdown, c->attempt.fd, SHUT_RDWR);
			outcome_set(c->ticket, CONN_FAILED, ECONNABORTED);
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

		found = c->ticket != 0 && (works || c->event_fd == fd);
		if (!found)
			continue;
		helper_hold(c);
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

void conn_drop_outcome(struct conn *c)
{
	bool abandoned = conn_local_state(c) == CONN_PENDING;

	if (conn_is_mine(c) && abandoned)
		outcome_set(c->ticket, CONN_FAILED, ECONNABORTED);
	/* Nobody else will ask what has gone wrong. */
	if (conn_is_mine(c) && !c->forked)
		outcome_take_error(c->ticket);
	c->ticket = 0;
}

bool conn_make_pending(struct conn *c)
{
	uint64_t ticket = outcome_take();

	if (ticket == 0)
		return false;
	c->owner = conn_owner_pid;
	c->told = false;
	if (c->event_fd >= 0) { /* of an earlier attempt: it is readable */
		conn_close_hidden(c->event_fd);
		c->event_fd = -1;
	}
	conn_drop_outcome(c);
	c->ticket = ticket;
	if (conn_is_in_fork()) /* a child will have it, too */
		conn_share_with_child(c);
	conn_count(c);
	return true;
}

void conn_finish(struct conn *c, int error)
{
	if (c->done != NULL) {
		c->done(c->key, &c->attempt, error);
		c->done = NULL;
		c->attempt.fd = -1;
		outcome_set(c->ticket, CONN_DONE, 0);
		c->ticket = 0;
		return;
	}
	/* Unless a relative has cancelled it meanwhile. */
	if (conn_is_mine(c) && conn_local_state(c) == CONN_PENDING) {
		if (error != 0)
			tcp_look_refused(c->attempt.fd, c->attempt.family);
		outcome_set(c->ticket, error != 0 ? CONN_FAILED : CONN_DONE,
			    error);
		conn_wake(c);
	} else {
		bell_ring(); /* a relative's event descriptor told us */
	}
	conn_apply_regs(c);
	if (!c->made_here || io_signal_possible())
		io_signal_send(c->attempt.fd, c->fd);
	if (c->attempt.fd >= 0)
		conn_close_hidden(c->attempt.fd);
	c->attempt.fd = -1;
	if (conn_local_state(c) == CONN_DONE && !c->owes_zero)
		conn_forget_numbers(c);
	if (conn_local_state(c) == CONN_FAILED &&
	    outcome_error(c->ticket) == 0)
		conn_drop_outcome(c); /* cancelled: the kernel says the rest */
	conn_count(c);
}
