/* SPDX-License-Identifier: MIT */
#include "preload/udp_fragments.h"

#include <errno.h>

#include "libc/sys.h"
#include "preload/udp_internal.h"
#include "sock/wait.h"
#include "socks/fragments.h"

#define QUEUES 8 /* sockets with an open sequence; the oldest gives way */

struct queue {
	struct udp *owner; /* NULL: free */
	struct fragments fragments;
};

static struct queue queues[QUEUES];
static _Atomic int open_queues;

bool udp_fragments_any(void)
{
	return unlikely(atomic_load_explicit(&open_queues,
					     memory_order_relaxed) > 0);
}

static struct queue *find(const struct udp *u)
{
	for (int i = 0; i < QUEUES; i++)
		if (queues[i].owner == u)
			return &queues[i];
	return NULL;
}

static struct queue *make(struct udp *u)
{
	struct queue *q = find(NULL);
	void *memory;

	if (q == NULL) {
		q = &queues[0];
		for (int i = 1; i < QUEUES; i++)
			if (queues[i].fragments.start < q->fragments.start)
				q = &queues[i];
	} else {
		if (q->fragments.memory == NULL) {
			memory = sys_mmap(FRAGMENTS_MAX, PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS, -1);
			if (memory == MAP_FAILED)
				return NULL;
			q->fragments.memory = memory;
		}
		open_queues++;
	}
	q->owner = u;
	fragments_init(&q->fragments, q->fragments.memory, FRAGMENTS_MAX);
	return q;
}

static void end(struct queue *q)
{
	q->owner = NULL;
	open_queues--;
}

static ssize_t copy_whole(const struct fragments *f, void **whole)
{
	*whole = sys_mmap(f->length + 1, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (*whole == MAP_FAILED)
		return -1;
	memcpy(*whole, f->memory, f->length);
	return (ssize_t)f->length;
}

static ssize_t take(struct queue *q, const struct udp_got *got,
		    const struct msghdr *msg, const struct datagram_header *h,
		    bool peek, void **whole)
{
	struct fragments before = q->fragments;
	size_t n = got->length - h->length;
	uint8_t *payload = sys_mmap(n + 1, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1);
	ssize_t r = -1;

	if (payload == MAP_FAILED)
		return -1;
	/*
	 * What was cut off, for want of room, ends the sequence: another's
	 * might go on where it left off.
	 */
	if (udp_got_copy(got, msg, h->length, payload, n) < n) {
		end(q);
	} else if (fragments_take(&q->fragments, h, payload, n,
				  sock_now_ms()) == FRAGMENTS_WHOLE) {
		r = copy_whole(&q->fragments, whole);
		if (peek)
			q->fragments = before;
		else
			end(q);
	}
	sys_munmap(payload, n + 1);
	return r;
}

ssize_t udp_fragments_take(int fd, const struct udp_got *got,
			   const struct msghdr *msg,
			   const struct datagram_header *h, bool peek,
			   void **whole)
{
	struct conn_lock l;
	struct queue *q = NULL;
	struct udp *u;
	ssize_t r = -1;

	if (!conn_lock(&l))
		return -1;
	u = udp_of(fd);
	if (u != NULL)
		q = find(u);
	if (u != NULL && q == NULL)
		q = make(u);
	if (q != NULL)
		r = take(q, got, msg, h, peek, whole);
	conn_unlock(&l);
	return r;
}

void udp_fragments_free(void *whole, size_t n)
{
	sys_munmap(whole, n + 1);
}

void udp_fragments_drop(const struct udp *u)
{
	struct queue *q = find(u);

	if (q != NULL)
		end(q);
}

void udp_fragments_end(int fd)
{
	struct conn_lock l;
	struct udp *u;

	if (!conn_lock(&l))
		return;
	u = udp_of(fd);
	if (u != NULL)
		udp_fragments_drop(u);
	conn_unlock(&l);
}
