/* SPDX-License-Identifier: MIT */
/*
 * Datagrams that come in on a UDP socket: those from the relay lose their
 * header, and their source is who sent them to the relay; those that are
 * nobody's business are dropped, and the kernel is asked again.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/time.h>

#include "libc/libc.h"
#include "libc/sys.h"
#include "preload/memory.h"
#include "preload/state.h"
#include "preload/udp_fragments.h"
#include "preload/udp_internal.h"
#include "preload/udp_sources.h"
#include "preload/udp_stub.h"
#include "sock/udp_recv.h"
#include "sock/wait.h"

/* --- who has sent it ------------------------------------------------------------ */

/* A name in the header: its fake address. */
static bool address_of_name(struct run *run, const struct endpoint *ep,
			    int family, union udp_address *source)
{
	struct endpoint fake = { .port = ep->port };
	int slot = names_insert(&run->names, ep->name, ep->name_len,
				state_now(), NULL, 0);

	if (slot < 0)
		return false;
	names_address(&run->names, slot, family, &fake);
	fake.port = ep->port;
	return udp_address_of(source, &fake, family);
}

static uint16_t port_of(const union udp_address *a)
{
	/* In the same place in both (ip(7), ipv6(7)). */
	return ntohs(a->in.sin_port);
}

/*
 * @ep, out of a header, as the program knows it.
 * Return: false if it must not see this datagram
 */
static bool is_welcome(struct run *run, int fd, const struct udp *s,
		       const struct endpoint *ep, union udp_address *source)
{
	const struct udp *u = udp_of(fd);
	bool known;

	if (ep->kind == ENDPOINT_NAME)
		known = address_of_name(run, ep, s->family, source);
	else
		known = udp_address_of(source, ep, s->family);
	if (known && udp_address_same(source, &s->last))
		return true;
	if (known && !s->connected && u != NULL &&
	    udp_sources_find(udp_index(u), source))
		return true;
	/*
	 * A name was asked for, and the relay says which address has answered:
	 * only by its port can it be known again.
	 */
	if (s->named && udp_address_len(&s->last) > 0 &&
	    ep->port == port_of(&s->last)) {
		if (known && !s->connected && u != NULL)
			udp_sources_learn(udp_index(u), source, &s->last);
		*source = s->last;
		return true;
	}
	return known && !s->connected;
}

/*
 * The first header says how long the next will be, unless they differ: then
 * none says any more.
 */
static void learn_lead(struct udp *u, size_t length)
{
	if (u->lead == UDP_LEAD_UNKNOWN && length <= DATAGRAM_HEADER_IPV6)
		u->lead = (uint8_t)length;
	else
		u->lead = UDP_LEAD_VARIES;
}

/* What is to be done with a datagram that was read. */
struct sorted {
	union udp_address source; /* as the program is to see it */
	size_t header_len;        /* octets before the payload */
	void *whole;              /* NULL, or a sequence of fragments ... */
	size_t whole_len;         /* ... of so many octets, instead */
};

/* A fragment: Return: is a sequence whole now, and welcome? */
static bool sort_fragment(struct run *run, int fd, const struct udp *s,
			  const struct udp_got *got, const struct msghdr *msg,
			  const struct datagram_header *h, int flags,
			  struct sorted *to)
{
	ssize_t n = udp_fragments_take(fd, got, msg, h,
				       (flags & MSG_PEEK) != 0, &to->whole);

	if (n < 0) {
		to->whole = NULL;
		return false;
	}
	to->whole_len = (size_t)n;
	if (is_welcome(run, fd, s, &h->source, &to->source))
		return true;
	udp_fragments_free(to->whole, to->whole_len);
	return false;
}

/* Return: is it, or a sequence that it ends, to be given to the program? */
static bool sort(struct run *run, int fd, const struct udp *s,
		 const struct udp_got *got, const struct msghdr *msg, int flags,
		 struct sorted *to)
{
	union udp_address *source = &to->source;
	size_t *header_len = &to->header_len;
	struct datagram_header h;
	struct destination d;

	to->whole = NULL;
	*header_len = 0;
	*source = got->from;
	if (unlikely(udp_stub_is(&got->from))) {
		if (!udp_got_header(got, msg, &h))
			return false;
		*header_len = h.length;
		return is_welcome(run, fd, s, &h.source, source);
	}
	/* From nobody: shutdown(2) has ended it. Or there never was a relay. */
	if (udp_address_len(&got->from) == 0 || run == NULL ||
	    (udp_address_len(&s->relay) == 0 && !s->elsewhere))
		return true;
	if (likely(udp_address_same(&got->from, &s->relay)) ||
	    udp_replaced(run, fd, &got->from)) {
		struct udp *u = udp_of(fd);

		if (u != NULL && u->unanswered)
			u->unanswered = false;
		if (udp_fragments_any() && udp_got_header(got, msg, &h) &&
		    h.position == 0)
			udp_fragments_end(fd);
		/* As a rule it is from where the last one was sent to. */
		if (likely(got->lead == s->header_len && s->header_len > 0 &&
			   got->length >= s->header_len) &&
		    udp_address_len(&s->last) > 0 &&
		    memcmp(got->head, s->header, s->header_len) == 0) {
			*header_len = s->header_len;
			*source = s->last;
			return true;
		}

		if (!udp_got_header(got, msg, &h))
			return false;
		if (h.position != 0)
			return sort_fragment(run, fd, s, got, msg, &h, flags,
					     to);
		*header_len = h.length;
		if (u != NULL && u->lead != h.length)
			learn_lead(u, h.length);
		return is_welcome(run, fd, s, &h.source, source);
	}
	if (s->connected)
		return false;
	/* Straight from somewhere: only from where the program may send. */
	destination_judge(&d, run, &got->from.sa, udp_address_len(&got->from),
			  state_now());
	return d.verdict.route == ROUTE_DIRECT ||
	       udp_address_len(&s->relay) == 0;
}

/* --- asking again ----------------------------------------------------------------- */

/* Drops: with MSG_PEEK it is still there. */
static void drop(int fd, int flags)
{
	char octet;
	int saved = errno;

	if ((flags & MSG_PEEK) != 0)
		libc(recv)(fd, &octet, 1, MSG_DONTWAIT);
	errno = saved;
}

/* SO_RCVTIMEO is for all of the wait, whatever was dropped in between. */
struct patience {
	uint64_t start; /* ms */
	uint64_t end;   /* ms; 0: not asked for yet; UINT64_MAX: for ever */
};

static int wait_again(int fd, struct patience *p, int *flags)
{
	struct timeval tv = { 0 };
	uint64_t now;
	int r;

	if ((*flags & MSG_DONTWAIT) != 0 && p->end == 0)
		return 0;
	if (p->end == 0) {
		tcp_option(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
		p->end = tv.tv_sec == 0 && tv.tv_usec == 0
				 ? UINT64_MAX
				 : p->start + (uint64_t)tv.tv_sec * 1000 +
					   (uint64_t)tv.tv_usec / 1000;
	}
	if (p->end == UINT64_MAX || tcp_is_nonblocking(fd))
		return 0; /* the kernel waits, or does not */
	now = sock_now_ms();
	if (now >= p->end)
		return -EAGAIN;
	r = sock_wait_poll(NULL, fd, POLLIN, (int)(p->end - now));
	*flags |= MSG_DONTWAIT;
	return r < 0 ? r : r == 0 ? -EAGAIN : 0;
}

/* Return: how long a header is to be expected, or UDP_LEAD_... */
static size_t lead_of(int fd)
{
	const struct udp *u = udp_of(fd);

	return u != NULL ? u->lead : UDP_LEAD_NONE;
}

static int receive(int fd, struct udp_got *got, const struct msghdr *msg,
		   int flags)
{
	size_t lead = lead_of(fd);

	if (likely(lead <= DATAGRAM_HEADER_IPV6))
		return udp_receive(fd, got, msg, lead, flags);
	for (size_t i = 0; i < msg->msg_iovlen; i++)
		if (!memory_is_readable(msg->msg_iov[i].iov_base,
					msg->msg_iov[i].iov_len))
			return udp_receive(fd, got, msg, 0, flags); /* EFAULT */
	return udp_receive_apart(fd, got, msg, flags);
}

/* The address goes to where the program wants it (recvfrom(2)). */
static void put_name(struct msghdr *msg, const union udp_address *source)
{
	socklen_t len = udp_address_len(source);

	if (msg->msg_name == NULL)
		return;
	memcpy(msg->msg_name, source,
	       len < msg->msg_namelen ? len : msg->msg_namelen);
	msg->msg_namelen = len;
}

/*
 * After something has come: a relay may have come, too. One that is coming at
 * this moment has perhaps answered already what was queued for it.
 */
static void look_up(int fd, struct udp *s)
{
	struct conn_lock l;

	if (!udp_snapshot(fd, s)) {
		memset(s, 0, sizeof(*s));
	} else if (unlikely(s->state == UDP_PENDING) && conn_lock(&l)) {
		conn_unlock(&l);
		udp_snapshot(fd, s);
	}
}

static ssize_t give(const struct sorted *sorted, const struct udp_got *got,
		    const struct msghdr *msg, struct msghdr *to, int flags)
{
	size_t n;

	put_name(to, &sorted->source);
	if (likely(sorted->whole == NULL))
		return (ssize_t)udp_got_deliver(got, msg, to,
						sorted->header_len, flags);
	n = udp_give_octets(to, sorted->whole, sorted->whole_len, flags);
	udp_fragments_free(sorted->whole, sorted->whole_len);
	return (ssize_t)n;
}

/*
 * What comes back by the error queue (ip(7), IP_RECVERR) is what was sent, the
 * header included, and its name is where that was sent.
 */
static ssize_t receive_error(int fd, struct msghdr *msg, int flags)
{
	struct run *run = state_run();
	union udp_address source;
	struct datagram_header h;
	struct udp_got got;
	struct udp s;
	size_t header_len = 0, n;
	int r;

	r = receive(fd, &got, msg, flags);
	if (r < 0)
		return r;
	look_up(fd, &s);
	source = got.from;
	if (udp_address_len(&got.from) > 0 &&
	    udp_address_same(&got.from, &s.relay) &&
	    udp_got_header(&got, msg, &h)) {
		header_len = h.length;
		is_welcome(run, fd, &s, &h.source, &source);
	}
	put_name(msg, &source);
	n = udp_got_deliver(&got, msg, msg, header_len, flags);
	udp_got_free(&got);
	return (ssize_t)n;
}

ssize_t udp_recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct patience patience = { .start = sock_now_ms() };
	struct run *run = state_run();
	struct sorted sorted;
	struct udp_got got;
	struct udp s;
	ssize_t n;
	int r, now_flags = flags;

	if (unlikely((flags & MSG_ERRQUEUE) != 0))
		return receive_error(fd, msg, flags);
	for (;;) {
		r = receive(fd, &got, msg, now_flags);
		if (r < 0)
			return r;
		look_up(fd, &s);
		if (likely(sort(run, fd, &s, &got, msg, flags, &sorted)))
			break;
		udp_got_free(&got);
		drop(fd, flags);
		r = wait_again(fd, &patience, &now_flags);
		if (r < 0)
			return r;
	}
	n = give(&sorted, &got, msg, msg, flags);
	udp_got_free(&got);
	return n;
}

ssize_t udp_recv_octets(int fd, void *buf, size_t n, int flags,
			struct sockaddr *addr, socklen_t *len)
{
	struct iovec iov = { buf, n };
	struct msghdr msg = {
		.msg_name = addr,
		.msg_namelen = addr != NULL ? *len : 0,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t r = udp_recvmsg(fd, &msg, flags);

	if (r >= 0 && addr != NULL)
		*len = msg.msg_namelen;
	return r;
}

/* --- batches -------------------------------------------------------------------- */

/*
 * One recvmmsg(2).
 * @go_on: set: the kernel may have more, or what it had was dropped
 * Return: how many were given to the program, which may be none of those that
 * came in; or -errno
 */
static int receive_some(struct run *run, int fd, struct mmsghdr *msgs,
			unsigned n, int flags, struct timespec *timeout,
			bool *go_on)
{
	struct udp_got got[UDP_RECV_BATCH];
	struct udp s;
	int r, given = 0;

	r = udp_receive_batch(fd, got, msgs, &n, lead_of(fd), flags, timeout);
	if (r < 0)
		return r;
	*go_on = (unsigned)r == n;
	look_up(fd, &s);
	for (int i = 0; i < r; i++) {
		const struct msghdr *msg = &msgs[i].msg_hdr;
		struct sorted sorted;

		if (!sort(run, fd, &s, &got[i], msg, flags, &sorted)) {
			*go_on = true;
			continue;
		}
		msgs[given].msg_len = (unsigned)give(
			&sorted, &got[i], msg, &msgs[given].msg_hdr, flags);
		given++;
	}
	return given;
}

/* With MSG_PEEK each look finds the same one; and see udp_receive_apart(). */
static int receive_one(int fd, struct mmsghdr *msgs, int flags)
{
	ssize_t r = udp_recvmsg(fd, &msgs[0].msg_hdr, flags);

	if (r < 0)
		return (int)r;
	msgs[0].msg_len = (unsigned)r;
	return 1;
}

int udp_recvmmsg(int fd, struct mmsghdr *msgs, unsigned n, int flags,
		 struct timespec *timeout)
{
	struct run *run = state_run();
	unsigned done = 0;
	int r;

	if (unlikely((flags & (MSG_PEEK | MSG_ERRQUEUE)) != 0) && n > 0)
		return receive_one(fd, msgs, flags & ~MSG_WAITFORONE);
	while (done < n) {
		bool go_on = true;

		if (unlikely(lead_of(fd) > DATAGRAM_HEADER_IPV6))
			r = receive_one(fd, msgs + done,
					flags & ~MSG_WAITFORONE);
		else
			r = receive_some(run, fd, msgs + done, n - done, flags,
					 timeout, &go_on);
		if (r < 0)
			return done > 0 ? (int)done : r;
		done += (unsigned)r;
		if (!go_on)
			break;
		if (done > 0 && timeout != NULL && timeout->tv_sec == 0 &&
		    timeout->tv_nsec == 0)
			break;
		if (done > 0 && (flags & MSG_WAITFORONE) != 0)
			flags |= MSG_DONTWAIT;
	}
	return (int)done;
}
