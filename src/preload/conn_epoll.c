/* SPDX-License-Identifier: MIT */
/*
 * The epoll registrations of sockets that are not connected yet: remembered
 * while the kernel has them too, withheld while a connection is pending.
 */
#include <errno.h>
#include <unistd.h>

#include "libc/libc.h"
#include "libc/sys.h"
#include "preload/conn_internal.h"
#include "preload/epoll_seen.h"

#define REGS_MAX 65536u

static struct reg *pool, *pool_free;
static unsigned pool_used, regs_in_use;

static struct reg *reg_make(void)
{
	struct reg *r = pool_free;

	if (r != NULL) {
		pool_free = r->next;
	} else {
		if (pool == NULL) {
			pool = sys_mmap(REGS_MAX * sizeof(*pool),
					PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS |
						MAP_NORESERVE,
					-1);
			if (pool == MAP_FAILED)
				pool = NULL;
		}
		if (pool == NULL || pool_used == REGS_MAX)
			return NULL;
		r = &pool[pool_used++];
	}
	regs_in_use++;
	return r;
}

static void reg_free(struct reg *r)
{
	r->next = pool_free;
	pool_free = r;
	regs_in_use--;
}

static void reg_drop(struct reg **p)
{
	struct reg *r = *p;

	*p = r->next;
	reg_free(r);
}

/* The newest first: of two numbers of one instance its event counts. */
static void reg_push(struct conn *c, struct reg *r)
{
	r->next = c->regs;
	c->regs = r;
	if (fd_get(r->epfd) == FD_UNKNOWN)
		fd_set_value(r->epfd, FD_EPOLL);
}

static struct reg **reg_find(struct conn *c, int epfd, int fd)
{
	struct reg **p = &c->regs;

	while (*p != NULL && ((*p)->epfd != epfd || (*p)->fd != fd))
		p = &(*p)->next;
	return p;
}

/* ... whatever the number that the instance was known by then. */
static struct reg **reg_find_same(struct conn *c, int epfd, int fd)
{
	struct reg **p = reg_find(c, epfd, fd);

	if (*p != NULL)
		return p;
	for (p = &c->regs; *p != NULL; p = &(*p)->next)
		if ((*p)->fd == fd && epoll_is_same((*p)->epfd, epfd))
			break;
	return p;
}

static int kernel_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	int saved = errno;
	int r = libc(epoll_ctl)(epfd, op, fd, event) < 0 ? -errno : 0;

	errno = saved;
	return r;
}

static uint64_t identity(int fd)
{
	uint64_t id = 0;

	tcp_option(fd, SOL_SOCKET, SO_COOKIE, &id, sizeof(id));
	return id;
}

/*
 * Is @fd still the socket? libc may have closed it, and the number be
 * another's by now. Only while the handshake's duplicate is there to compare.
 */
static bool is_still(const struct conn *c, int fd)
{
	uint64_t id = c->attempt.cookie;

	if (c->attempt.fd < 0)
		return true;
	return (id != 0 ? id : identity(c->attempt.fd)) == identity(fd);
}

static void add_to_kernel(struct reg *r)
{
	if (kernel_ctl(r->epfd, EPOLL_CTL_ADD, r->fd, &r->event) == -EEXIST)
		kernel_ctl(r->epfd, EPOLL_CTL_MOD, r->fd, &r->event);
}

/*
 * A registration outlives its number where the file has another one (epoll(7),
 * question 6): the number is taken for a moment, if it is free.
 */
static void add_closed_number(const struct conn *c, struct reg *r)
{
	int fd = c->attempt.fd < 0 || fd_get(r->fd) != FD_UNKNOWN
			 ? -1
			 : sys_fcntl(c->attempt.fd, F_DUPFD_CLOEXEC, r->fd);

	if (fd == r->fd)
		add_to_kernel(r);
	if (fd >= 0)
		sys_close(fd);
}

void conn_apply_regs(struct conn *c)
{
	for (struct reg *r = c->regs; r != NULL; r = r->next) {
		if (r->applied || r->theirs) {
			r->applied = true;
			r->theirs = false;
			continue;
		}
		if (fd_get(r->fd) != conn_index(c))
			add_closed_number(c, r);
		else if (is_still(c, r->fd))
			add_to_kernel(r);
		r->applied = true;
	}
}

/* Nobody is told anything by it: it may stay where it is. */
static bool is_disarmed(const struct reg *r)
{
	return (r->event.events & EPOLLONESHOT) != 0 &&
	       epoll_has_fired(r->epfd, r->fd);
}

void conn_withhold_regs(struct conn *c)
{
	struct reg **p = &c->regs;

	while (*p != NULL) {
		struct reg *r = *p;

		if ((r->applied || r->theirs) && !is_disarmed(r)) {
			r->applied = r->theirs = false;
			if (kernel_ctl(r->epfd, EPOLL_CTL_DEL, r->fd,
				       &r->event) < 0) {
				/* It is gone, by ways that we do not see. */
				reg_drop(p);
				continue;
			}
		}
		p = &r->next;
	}
}

struct finding {
	int fd;
	uint64_t inode;
};

/* A registration of some socket, which may be ours. */
static bool take_up(void *arg, const struct epoll_seen *seen)
{
	const struct finding *f = arg;
	struct conn *c = conn_of(f->fd);
	struct stat st;
	struct reg *r;

	if (seen->inode != f->inode || sys_fstat(seen->fd, &st) < 0 ||
	    !S_ISSOCK(st.st_mode) || st.st_ino != f->inode)
		return true;
	if (c == NULL)
		c = conn_make(f->fd);
	if (c == NULL)
		return false;
	if (fd_get(seen->fd) == FD_UNKNOWN) { /* a duplicate */
		fd_set_value(seen->fd, (uint16_t)conn_index(c));
		c->slots++;
	}
	r = fd_get(seen->fd) == conn_index(c) ? reg_make() : NULL;
	if (r == NULL)
		return true;
	*r = (struct reg){ .epfd = seen->epfd,
			   .fd = seen->fd,
			   .event = seen->event,
			   .applied = true };
	reg_push(c, r);
	return true;
}

void conn_find_regs(int fd)
{
	struct finding f = { .fd = fd };
	struct stat st;

	if (sys_fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode))
		return;
	f.inode = st.st_ino;
	epoll_visit_all(take_up, &f);
}

static void drop_if(struct conn *c, int epfd, int fd)
{
	struct reg **p = &c->regs;

	while (*p != NULL) {
		const struct reg *r = *p;

		if ((epfd < 0 || r->epfd == epfd) && (fd < 0 || r->fd == fd))
			reg_drop(p);
		else
			p = &(*p)->next;
	}
}

void conn_drop_regs_of_fd(struct conn *c, int fd)
{
	drop_if(c, -1, fd);
}

void conn_drop_all_regs(struct conn *c)
{
	drop_if(c, -1, -1);
}

void conn_drop_regs_of_epoll(int epfd)
{
	for (int fd = 0; regs_in_use > 0 && fd < fd_table_end; fd++) {
		struct conn *c = conn_of(fd);

		if (c != NULL)
			drop_if(c, epfd, -1);
	}
}

/* Return: are there any? */
static bool rename_epoll(int from, int to)
{
	bool found = false;

	for (int fd = 0; regs_in_use > 0 && fd < fd_table_end; fd++) {
		struct conn *c = conn_of(fd);

		for (struct reg *r = c != NULL ? c->regs : NULL; r != NULL;
		     r = r->next) {
			found |= r->epfd == from;
			if (r->epfd == from)
				r->epfd = to;
		}
	}
	return found;
}

void conn_move_regs_of_epoll(int epfd, unsigned first, unsigned last)
{
	int other;

	if (!rename_epoll(epfd, epfd))
		return;
	other = epoll_other_number(epfd, first, last);
	if (other < 0)
		return;
	rename_epoll(epfd, other);
	if (fd_get(other) == FD_UNKNOWN)
		fd_set_value(other, FD_EPOLL);
}

/*
 * An epoll instance that both have is the parent's to add to; the child only
 * must not forget that it is registered.
 */
void conn_inherit_regs(struct conn *c)
{
	for (struct reg *r = c->regs; r != NULL; r = r->next)
		r->theirs = !r->applied;
}

/*
 * What the kernel would say of the pair, were the socket not withheld.
 * @unknown: there are no registrations of the socket: that there is none to
 * take out says as much as one that is put in and taken out again
 */
static int probe(int epfd, int fd, const struct epoll_event *event,
		 bool unknown)
{
	struct epoll_event none = { .data = event->data };
	int r;

	if (unknown && (event->events & EPOLLEXCLUSIVE) == 0) {
		r = kernel_ctl(epfd, EPOLL_CTL_DEL, fd, &none);
		return r == -ENOENT ? 0 : r;
	}
	/* It goes with few other bits, which the kernel knows. */
	if ((event->events & EPOLLEXCLUSIVE) != 0)
		none.events = event->events & ~(uint32_t)(EPOLLIN | EPOLLOUT);
	r = kernel_ctl(epfd, EPOLL_CTL_ADD, fd, &none);
	if (r == 0)
		kernel_ctl(epfd, EPOLL_CTL_DEL, fd, &none);
	return r;
}

static int ctl_withheld(struct conn *c, int epfd, int op, int fd,
			struct epoll_event *event)
{
	struct reg **p = reg_find_same(c, epfd, fd), *r = *p;
	int error;

	switch (op) {
	case EPOLL_CTL_ADD:
		error = probe(epfd, fd, event, c->regs == NULL);
		if (error < 0)
			return error;
		if (r != NULL)
			return -EEXIST;
		r = reg_make();
		if (r == NULL)
			return -ENOSPC;
		*r = (struct reg){ .epfd = epfd, .fd = fd, .event = *event };
		reg_push(c, r);
		/* Another process runs the handshake: be told of its end. */
		if (!c->watched && !conn_is_mine(c))
			helper_watch(c);
		return 0;
	case EPOLL_CTL_MOD:
		if (r == NULL)
			return kernel_ctl(epfd, op, fd, event); /* ENOENT ... */
		if (((r->event.events | event->events) & EPOLLEXCLUSIVE) != 0)
			return -EINVAL;
		/* EPOLLONESHOT that has fired is armed again, later. */
		if (r->applied)
			kernel_ctl(epfd, EPOLL_CTL_DEL, fd, event);
		r->applied = false;
		r->event = *event;
		return 0;
	case EPOLL_CTL_DEL:
		if (r == NULL || r->applied)
			error = kernel_ctl(epfd, op, fd, event);
		else
			error = 0;
		if (r != NULL)
			reg_drop(p);
		return error;
	default:
		return -EINVAL;
	}
}

/* The kernel has it; remember it, for connect(2). */
static int ctl_applied(int epfd, int op, int fd, struct epoll_event *event)
{
	int error = kernel_ctl(epfd, op, fd, event);
	struct conn *c = conn_of(fd);
	struct reg **p, *r;

	if (error < 0)
		return error;
	if (c == NULL)
		c = conn_make(fd);
	if (c == NULL)
		return 0;
	p = reg_find(c, epfd, fd);
	r = *p;
	if (r != NULL)
		reg_drop(p);
	if (op == EPOLL_CTL_DEL || (r = reg_make()) == NULL)
		return 0;
	*r = (struct reg){ .epfd = epfd,
			   .fd = fd,
			   .event = *event,
			   .applied = true };
	reg_push(c, r);
	return 0;
}

int conn_epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	struct conn_lock l;
	struct conn *c;
	int r;

	if (!conn_set_up() || !conn_lock(&l))
		return kernel_ctl(epfd, op, fd, event);
	c = conn_of(fd);
	if (c != NULL && conn_local_state(c) == CONN_PENDING)
		r = ctl_withheld(c, epfd, op, fd, event);
	else
		r = ctl_applied(epfd, op, fd, event);
	conn_unlock(&l);
	return r;
}
