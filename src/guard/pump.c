/* SPDX-License-Identifier: MIT */
/*
 * DOC: Theory of operation
 *
 *   from --splice--> pipe --splice--> to
 *
 * A pipe is lent to a direction while data is in it. What a side is waited for
 * follows from the state: readable if the pipe that it fills is empty, writable
 * if the one that it empties is not; nothing at all where neither is so.
 */
#include "guard/pump.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guard/loop.h"

#define PIPE_SIZE (1024 * 1024)
#define TURN	  8 /* splices before others have theirs */
#define SPARE_MAX 64

struct lent {
	int in, out;
};

struct direction {
	struct lent pipe; /* in < 0: none */
	size_t held;	  /* octets in it */
	bool ended;	  /* nothing more comes */
	bool shut;	  /* ... and the other side knows */
};

struct pump {
	struct watch program, proxy;
	struct direction out, in; /* as the program sees it */
};

static _Atomic unsigned unsent; /* pumps whose @out is not shut */
static struct lent spare[SPARE_MAX];
static unsigned nspare;

static bool borrow(struct direction *d)
{
	int fds[2];

	if (nspare > 0) {
		d->pipe = spare[--nspare];
		return true;
	}
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	/* As much as the user may have: less is slower, no more. */
	for (int size = PIPE_SIZE; size > 65536; size /= 2)
		if (fcntl(fds[1], F_SETPIPE_SZ, size) >= 0)
			break;
	d->pipe = (struct lent){.in = fds[1], .out = fds[0]};
	return true;
}

static void give_back(struct direction *d)
{
	if (d->pipe.in < 0)
		return;
	if (d->held == 0 && nspare < SPARE_MAX) {
		spare[nspare++] = d->pipe;
	} else {
		close(d->pipe.in);
		close(d->pipe.out);
	}
	d->pipe.in = -1;
}

/* Return: octets, 0 at the end, or -errno */
static ssize_t fill(struct direction *d, int from)
{
	ssize_t n;

	if (d->pipe.in < 0 && !borrow(d))
		return -EMFILE;
	n = splice(from, NULL, d->pipe.in, NULL, PIPE_SIZE,
		   SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
	if (n < 0)
		return -errno;
	if (n == 0)
		d->ended = true;
	d->held += (size_t)n;
	return n;
}

static ssize_t drain(struct direction *d, int to)
{
	ssize_t n = splice(d->pipe.out, NULL, to, NULL, d->held,
			   SPLICE_F_NONBLOCK | SPLICE_F_MOVE);

	if (n < 0)
		return -errno;
	d->held -= (size_t)n;
	return n;
}

/* Return: 0, or -errno if it is all over */
static int move(struct direction *d, int from, int to)
{
	ssize_t n = 0;

	for (int i = 0; i < TURN && n >= 0 && !(d->ended && d->held == 0); i++)
		n = d->held > 0 ? drain(d, to) : fill(d, from);
	if (d->held == 0)
		give_back(d);
	if (d->held == 0 && d->ended && !d->shut) {
		shutdown(to, SHUT_WR);
		d->shut = true;
	}
	return n < 0 && n != -EAGAIN && n != -EINTR ? (int)n : 0;
}

static void end(struct pump *p, bool reset)
{
	const struct linger hard = {.l_onoff = 1};
	struct watch *sides[] = {&p->program, &p->proxy};

	for (size_t i = 0; i < 2; i++) {
		loop_unwatch(sides[i]);
		if (reset)
			setsockopt(sides[i]->fd, SOL_SOCKET, SO_LINGER, &hard,
				   sizeof(hard));
		close(sides[i]->fd);
	}
	give_back(&p->out);
	give_back(&p->in);
	loop_free(p);
}

static int wait_for(struct watch *w, const struct direction *filled,
		    const struct direction *emptied)
{
	uint32_t events = 0;

	if (filled->held == 0 && !filled->ended)
		events |= EPOLLIN;
	if (emptied->held > 0)
		events |= EPOLLOUT;
	if (events != 0)
		return loop_watch(w, events);
	/* EPOLLHUP would come again and again. */
	loop_unwatch(w);
	return 0;
}

static bool has_failed(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 ||
	       error != 0;
}

static void work(struct pump *p, uint32_t events)
{
	const bool sent = p->out.shut;
	int err = move(&p->out, p->program.fd, p->proxy.fd);

	if (err == 0)
		err = move(&p->in, p->proxy.fd, p->program.fd);
	if (err == 0 && (events & EPOLLERR) != 0 &&
	    (has_failed(p->program.fd) || has_failed(p->proxy.fd)))
		err = -ECONNRESET;
	if (err == 0)
		err = wait_for(&p->program, &p->out, &p->in);
	if (err == 0)
		err = wait_for(&p->proxy, &p->in, &p->out);
	if (!sent && (p->out.shut || err != 0))
		unsent--;
	if (err != 0 || (p->out.shut && p->in.shut))
		end(p, err != 0);
}

static void program_ready(struct watch *w, uint32_t events)
{
	work((struct pump *)((char *)w - offsetof(struct pump, program)),
	     events);
}

static void proxy_ready(struct watch *w, uint32_t events)
{
	work((struct pump *)((char *)w - offsetof(struct pump, proxy)),
	     events);
}

void pump_begin(int program, int proxy)
{
	struct pump *p = calloc(1, sizeof(*p));
	int on = 1;

	if (p == NULL) {
		close(program);
		close(proxy);
		return;
	}
	/* Whoever wants to wait for more has done so before us. */
	setsockopt(program, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(proxy, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	p->program = (struct watch){.fd = program, .ready = program_ready};
	p->proxy = (struct watch){.fd = proxy, .ready = proxy_ready};
	p->out.pipe.in = p->in.pipe.in = -1;
	unsent++;
	work(p, 0);
}

bool pump_are_done(void)
{
	return unsent == 0;
}
