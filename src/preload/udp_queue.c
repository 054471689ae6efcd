/* SPDX-License-Identifier: MIT */
/*
 * What is sent before there is a relay: it waits here, headers and all, in
 * order, at most UDP_QUEUE_MAX octets of it.
 */
#include <errno.h>
#include <poll.h>
#include <time.h>

#include "libc/libc.h"
#include "libc/net.h"
#include "libc/sys.h"
#include "preload/udp_internal.h"
#include "sock/udp_parts.h"
#include "socks/fragments.h"

/* Datagrams with their headers, each behind its length. */
struct udp_queue {
	struct udp_queue *next;
	const struct udp *owner;
	int fd; /* a hidden duplicate: the program may close its own */
	uint32_t used;
	uint8_t octets[UDP_QUEUE_MAX];
};

static struct udp_queue *queues; /* all of them; under the lock */

static struct udp_queue *queue_of(const struct udp *u)
{
	struct udp_queue *q = u->queues ? queues : NULL;

	while (q != NULL && q->owner != u)
		q = q->next;
	return q;
}

static struct udp_queue *queue_make(const struct udp *u, int fd)
{
	struct udp_queue *q = sys_mmap(sizeof(*q), PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (q == MAP_FAILED)
		return NULL;
	q->fd = conn_hide(sys_fcntl(fd, F_DUPFD_CLOEXEC, 0));
	if (q->fd < 0) {
		sys_munmap(q, sizeof(*q));
		return NULL;
	}
	q->used = 0;
	q->owner = u;
	q->next = queues;
	queues = q;
	return q;
}

void udp_drop_queue(struct udp *u)
{
	struct udp_queue *q = queue_of(u), **p = &queues;

	u->queues = false;
	if (q == NULL)
		return;
	while (*p != q)
		p = &(*p)->next;
	*p = q->next;
	conn_close_hidden(q->fd);
	sys_munmap(q, sizeof(*q));
}

static uint32_t entry_length(const struct udp_queue *q, uint32_t at)
{
	uint32_t n;

	memcpy(&n, q->octets + at, sizeof(n));
	return n;
}

/* The oldest give way, as in the kernel's queue for an unresolved neighbour. */
static bool queue_room(struct udp_queue *q, uint32_t n)
{
	uint32_t gone = 0;

	if (n > UDP_QUEUE_MAX)
		return false;
	while (q->used - gone > UDP_QUEUE_MAX - n)
		gone += (uint32_t)sizeof(n) + entry_length(q, gone);
	memmove(q->octets, q->octets + gone, q->used - gone);
	q->used -= gone;
	return true;
}

/* @n octets of @msg from @skip on; they are readable. */
static void gather(uint8_t *to, const struct msghdr *msg, size_t skip, size_t n)
{
	for (size_t i = 0; n > 0 && i < msg->msg_iovlen; i++) {
		const struct iovec *v = &msg->msg_iov[i];
		size_t some = v->iov_len;

		if (skip >= some) {
			skip -= some;
			continue;
		}
		some -= skip;
		if (some > n)
			some = n;
		memcpy(to, (const uint8_t *)v->iov_base + skip, some);
		skip = 0;
		to += some;
		n -= some;
	}
}

static void queue_put(struct udp_queue *q, const uint8_t *header,
		      size_t header_len, const struct msghdr *msg, size_t skip,
		      size_t n)
{
	uint32_t length = (uint32_t)(header_len + n);
	uint8_t *to;

	if (!queue_room(q, length + (uint32_t)sizeof(length)))
		return;
	to = q->octets + q->used;
	memcpy(to, &length, sizeof(length));
	memcpy(to + sizeof(length), header, header_len);
	gather(to + sizeof(length) + header_len, msg, skip, n);
	q->used += length + (uint32_t)sizeof(length);
}

static void flush(const struct udp_queue *q, const union udp_address *relay)
{
	struct pollfd p = { .fd = q->fd, .events = POLLOUT };
	struct timespec moment = { .tv_nsec = 10000000 };
	uint32_t n;

	for (uint32_t at = 0; at < q->used; at += (uint32_t)sizeof(n) + n) {
		const uint8_t *datagram = q->octets + at + sizeof(n);
		ssize_t r;

		n = entry_length(q, at);
		for (int i = 0; i < 10; i++) {
			r = net_sendto(q->fd, datagram, n,
				       MSG_DONTWAIT | MSG_NOSIGNAL, &relay->sa,
				       udp_address_len(relay));
			if (r != -EAGAIN)
				break;
			sys(SYS_ppoll, &p, 1, &moment, NULL, 0);
		}
	}
}

bool udp_flush_queue(struct udp *u, const union udp_address *relay)
{
	const struct udp_queue *q = queue_of(u);

	if (q != NULL)
		flush(q, relay);
	return q != NULL;
}

int udp_queue_fd(const struct udp *u)
{
	const struct udp_queue *q = queue_of(u);

	return q != NULL ? q->fd : -1;
}

/*
 * With UDP_SEGMENT one datagram for each segment; what is too long, fragments:
 * whether they may be is the caller's matter.
 */
static void put_all(struct udp_queue *q, const uint8_t *header,
		    size_t header_len, const struct msghdr *msg, size_t n,
		    uint16_t segment)
{
	size_t size = udp_part_size(UDP_LIMIT_IPV4, header_len), some;
	uint8_t part_header[DATAGRAM_HEADER_MAX];
	unsigned count = segment > 0 ? 0 : fragments_count(n, size);

	memcpy(part_header, header, header_len);
	for (unsigned i = 0; i < count; i++) {
		struct fragments_part part = fragments_part(n, size, i);

		part_header[DATAGRAM_FRAG_AT] = part.frag;
		queue_put(q, part_header, header_len, msg, part.offset,
			  part.length);
	}
	for (size_t at = 0; segment > 0; at += some) {
		some = n - at < segment ? n - at : segment;
		queue_put(q, header, header_len, msg, at, some);
		if (at + some >= n)
			break;
	}
}

bool udp_enqueue(int fd, const uint8_t *header, size_t header_len,
		 const struct msghdr *msg, uint16_t segment)
{
	struct udp_queue *q;
	size_t n = 0;
	struct conn_lock l;
	struct udp *u;
	bool pending;

	for (size_t i = 0; i < msg->msg_iovlen; i++)
		n += msg->msg_iov[i].iov_len;
	if (!conn_lock(&l))
		return false;
	u = udp_of(fd);
	pending = u != NULL && u->state == UDP_PENDING;
	q = pending ? queue_of(u) : NULL;
	if (pending && q == NULL) {
		q = queue_make(u, fd);
		udp_change(u);
		u->queues = q != NULL;
		udp_changed(u);
	}
	if (q != NULL)
		put_all(q, header, header_len, msg, n, segment);
	conn_unlock(&l);
	return pending;
}
