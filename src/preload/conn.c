/* SPDX-License-Identifier: MIT */
/*
 * What the hooks ask of a connection, and tell it. The table, the lock and the
 * end of a connection are in conn_core.c.
 */
#include <errno.h>
#include <sys/time.h>
#include <unistd.h>

#include "libc/libc.h"
#include "libc/net.h"
#include "libc/sys.h"
#include "preload/conn_internal.h"
#include "preload/outcome.h"
#include "sock/tcp_fail.h"
#include "sock/wait.h"

void conn_fresh(int fd)
{
	if (unlikely(conn_owner_pid == 0))
		conn_claim();
	if (!fd_is_conn(fd_get(fd)))
		fd_set_value(fd, FD_FRESH);
}

void conn_overwritten(int fd)
{
	uint16_t v = fd_get(fd);
	struct conn_lock l;
	struct conn *c;

	if (likely(v == FD_UNKNOWN))
		return;
	if (v == FD_FRESH) {
		/* Safe in a vfork child too: only a hint is lost. */
		fd_set_value(fd, FD_UNKNOWN);
		return;
	}
	if (v == FD_HIDDEN || !conn_lock(&l))
		return;
	if (v == FD_EPOLL) {
		conn_drop_regs_of_epoll(fd);
		fd_set_value(fd, FD_UNKNOWN);
	} else if ((c = conn_of(fd)) != NULL) {
		conn_release(c, fd);
	}
	conn_unlock(&l);
}

/* An epoll instance lives on while it has a number. */
static void leave_epoll(int fd, unsigned first, unsigned last)
{
	struct conn_lock l;

	if (fd_get(fd) != FD_EPOLL || !conn_lock(&l))
		return;
	conn_move_regs_of_epoll(fd, first, last);
	conn_unlock(&l);
}

void conn_overwriting(int fd)
{
	leave_epoll(fd, 1, 0);
}

void conn_closing(int fd, unsigned first, unsigned last)
{
	leave_epoll(fd, first, last);
	conn_overwritten(fd);
}

void conn_duplicated(int old, int new)
{
	uint16_t v = fd_get(old);
	struct conn_lock l;
	struct conn *c;

	if (likely(v == FD_UNKNOWN) || v == FD_HIDDEN || v == FD_EPOLL ||
	    (unsigned)new >= FD_TABLE_SIZE || !conn_set_up() || !conn_lock(&l))
		return;
	c = v == FD_FRESH ? conn_make(old) : conn_of(old);
	if (c != NULL) {
		fd_set_value(new, (uint16_t)conn_index(c));
		c->slots++;
	}
	conn_unlock(&l);
}

void conn_withhold(int fd)
{
	uint16_t v = fd_get(fd);
	struct conn_lock l;
	struct conn *c;

	if (likely(v == FD_FRESH) || (unsigned)fd >= FD_TABLE_SIZE ||
	    !conn_set_up() || !conn_lock(&l))
		return;
	if (v == FD_UNKNOWN)
		conn_find_regs(fd);
	c = conn_of(fd);
	if (c != NULL)
		conn_withhold_regs(c);
	conn_unlock(&l);
}

/* Never 0: the generation of what is in use is 1 or more. */
static uint64_t id_of(const struct conn *c)
{
	return (uint64_t)c->generation << 32 | conn_index(c);
}

uint64_t conn_begin_inline(int fd)
{
	struct conn_lock l;
	struct conn *c;
	uint64_t id = 0;

	if ((unsigned)fd >= FD_TABLE_SIZE || !conn_set_up() || !conn_lock(&l))
		return 0;
	c = conn_of(fd);
	if (c == NULL)
		c = conn_make(fd);
	if (c != NULL && conn_make_pending(c))
		id = id_of(c);
	conn_unlock(&l);
	return id;
}

bool conn_is_still(int fd, uint64_t id)
{
	const struct conn *c = id != 0 ? conn_of(fd) : NULL;

	return id == 0 || (c != NULL && id_of(c) == id);
}

void conn_end_inline(int fd)
{
	struct conn_lock l;
	struct conn *c;

	if (likely(!fd_is_conn(fd_get(fd))) || !conn_lock(&l))
		return;
	c = conn_of(fd);
	if (c != NULL) {
		if (conn_local_state(c) == CONN_PENDING) {
			outcome_set(c->ticket, CONN_FAILED, 0);
			conn_wake(c);
			conn_drop_outcome(c);
			conn_count(c);
		}
		conn_apply_regs(c);
	}
	conn_unlock(&l);
}

bool conn_owes_zero(int fd)
{
	struct conn_lock l;
	struct conn *c;
	bool owes = false;

	if (!conn_lock(&l))
		return false;
	c = conn_of(fd);
	if (c != NULL && conn_local_state(c) == CONN_DONE) {
		owes = c->owes_zero;
		conn_forget_numbers(c);
		conn_free_if_unused(c);
	}
	conn_unlock(&l);
	return owes;
}

void conn_connected(int fd)
{
	struct conn_lock l;
	struct conn *c;

	if (fd_get(fd) == FD_FRESH)
		fd_set_value(fd, FD_UNKNOWN);
	if (likely(!fd_is_conn(fd_get(fd))) || !conn_lock(&l))
		return;
	c = conn_of(fd);
	if (c != NULL) {
		if (conn_local_state(c) == CONN_PENDING) {
			outcome_set(c->ticket, CONN_DONE, 0);
			conn_wake(c);
		}
		conn_apply_regs(c);
		helper_unwatch(c);
		conn_forget_numbers(c);
		conn_count(c);
		conn_free_if_unused(c);
	}
	conn_unlock(&l);
}

bool conn_start(int fd, const struct tcp_attempt *a, uint64_t id)
{
	struct conn_lock l;
	struct conn *c;
	int work;

	if ((unsigned)fd >= FD_TABLE_SIZE || !conn_set_up() || !conn_lock(&l))
		return false;
	c = conn_of(fd);
	if (c == NULL && id == 0)
		c = conn_make(fd);
	if (c == NULL || !conn_is_still(fd, id)) {
		conn_unlock(&l);
		return false;
	}
	work = conn_work_fd(c, -1);
	c->attempt = *a;
	c->attempt.fd = work;
	/* The kernel has said 0 to us already: it is owed to the program. */
	c->owes_zero = a->said_zero;
	if ((conn_local_state(c) != CONN_PENDING && !conn_make_pending(c)) ||
	    !helper_watch(c)) {
		conn_drop_outcome(c);
		conn_count(c);
		conn_close_hidden(work);
		c->attempt.fd = -1;
		conn_unlock(&l);
		return false;
	}
	conn_count(c);
	conn_unlock(&l);
	return true;
}

enum conn_state conn_state(int fd)
{
	struct conn *c = conn_of(fd);

	return c != NULL ? conn_local_state(c) : CONN_FRESH;
}

int conn_take_error(int fd)
{
	struct conn_lock l;
	struct conn *c;
	int error = 0;

	if (!conn_lock(&l))
		return 0;
	c = conn_of(fd);
	if (c != NULL && conn_local_state(c) == CONN_FAILED && !c->told) {
		c->told = true;
		conn_count(c);
		/* Told to whichever process asks first, as SO_ERROR is. */
		error = outcome_take_error(c->ticket);
	}
	conn_unlock(&l);
	return error;
}

void conn_forget(int fd)
{
	struct conn_lock l;
	struct conn *c;

	if (!conn_lock(&l))
		return;
	c = conn_of(fd);
	if (c != NULL && conn_local_state(c) != CONN_PENDING) {
		/* Its registrations are the kernel's again, and its history. */
		conn_drop_outcome(c);
		c->told = false;
		conn_count(c);
	}
	conn_unlock(&l);
}

bool conn_cancel(int fd)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct conn_lock l;
	struct conn *c;
	bool pending = false;

	if (!conn_lock(&l))
		return false;
	c = conn_of(fd);
	if (c != NULL && conn_local_state(c) == CONN_PENDING) {
		pending = true;
		helper_unwatch(c);
		outcome_set(c->ticket, CONN_FAILED, 0);
		/* Leaves ECONNRESET, as leaving SYN_SENT does. */
		net_connect(fd, &none, sizeof(none));
		conn_wake(c);
		if (c->attempt.fd >= 0)
			conn_close_hidden(c->attempt.fd);
		c->attempt.fd = -1;
		conn_drop_outcome(c);
		conn_count(c);
		conn_apply_regs(c);
	}
	conn_unlock(&l);
	return pending;
}

bool conn_expect(int fd)
{
	const struct conn *c = conn_of(fd);
	struct conn_lock l;
	bool expected;

	conn_table_is_ours(); /* notices that it has become so */
	/* Threads of this process see to it by themselves. */
	if (likely(c == NULL || conn_is_mine(c) || c->watched))
		return true;
	if (!conn_lock(&l))
		return false;
	c = conn_of(fd);
	expected = c == NULL || c->watched || conn_is_mine(c) ||
		   conn_local_state(c) != CONN_PENDING ||
		   helper_watch(conn_of(fd));
	conn_unlock(&l);
	return expected;
}

/* Nobody will say that its owner is gone: look now and then. */
#define TICK_US 5000

/* @left: of the time-out; none at all if there is none */
static int wait_on(uint64_t ticket, bool expected, struct timeval *left)
{
	bool limited = left->tv_sec != 0 || left->tv_usec != 0;
	struct timespec ts = { left->tv_sec, left->tv_usec * 1000 };
	struct timespec tick = { .tv_nsec = TICK_US * 1000 };
	int64_t us = left->tv_sec * INT64_C(1000000) + left->tv_usec - TICK_US;
	int r;

	if (expected)
		r = outcome_wait(ticket, limited ? &ts : NULL);
	else
		r = (int)sys(SYS_nanosleep, &tick, NULL);
	if (r == -ETIMEDOUT || (r == 0 && !expected && limited && us <= 0))
		return -EAGAIN;
	if (r == 0 && !expected && limited) {
		left->tv_sec = us / 1000000;
		left->tv_usec = us % 1000000;
	}
	return r;
}

int conn_wait(int fd, int option)
{
	const struct conn *c = conn_of(fd);
	uint64_t ticket = c != NULL ? c->ticket : 0;
	uint64_t id = c != NULL ? id_of(c) : 0;
	struct timeval tv = { 0 };
	int r;

	if (ticket == 0)
		return 0;
	tcp_option(fd, SOL_SOCKET, option, &tv, sizeof(tv));
	while (conn_is_still(fd, id) &&
	       outcome_state(ticket) == CONN_PENDING) {
		r = wait_on(ticket, conn_expect(fd), &tv);
		if (r == -EINTR || r == -EAGAIN)
			return r;
	}
	/* What has been connected is forgotten, but not how it ended. */
	return conn_is_still(fd, id) || outcome_state(ticket) == CONN_DONE
		       ? 0
		       : -EBADF;
}

void conn_quiesce(void)
{
	if (conn_table_is_ours())
		helper_end();
}

/* In this process alone @fd becomes a socket whose connection was reset. */
static void replace_by_dead(int fd)
{
	int dead = net_socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (dead < 0)
		return;
	tcp_look_reset(dead, AF_INET);
	sys(SYS_dup3, dead, fd, 0);
	sys_close(dead);
}

void conn_await_exec(void)
{
	enum { PATIENCE_MS = 5000 };
	struct timespec ms = { .tv_nsec = 2000000 };
	uint64_t end;

	if (likely(atomic_load(&conn_active) == 0) || !conn_table_is_ours())
		return;
	end = sock_now_ms() + PATIENCE_MS;
	for (int fd = 0; fd < fd_table_end; fd++) {
		const struct conn *c = conn_of(fd);

		while (c != NULL && conn_state(fd) == CONN_PENDING &&
		       (sys_fcntl(fd, F_GETFD, 0) & FD_CLOEXEC) == 0) {
			if (sock_now_ms() <= end) {
				sys(SYS_nanosleep, &ms, NULL);
			} else if (conn_is_mine(c)) {
				conn_cancel(fd);
			} else {
				replace_by_dead(fd);
				break;
			}
		}
	}
}
