/* SPDX-License-Identifier: MIT */
/*
 * Datagrams that the program sends from a UDP socket: where they go is judged,
 * and those for the proxy go to the relay.
 */
#include <errno.h>
#include <string.h>

#include "libc/libc.h"
#include "libc/net.h"
#include "preload/memory.h"
#include "preload/state.h"
#include "preload/udp_dns.h"
#include "preload/udp_internal.h"
#include "preload/udp_sources.h"
#include "preload/udp_stub.h"
#include "sock/report.h"
#include "sock/udp_parts.h"
#include "sock/udp_send.h"

#define COPIED_MAX 2048

/* What is to be done with a datagram. */
enum out {
	OUT_PLAIN, /* as it is: the kernel's matter, or direct */
	OUT_WAY,   /* by the way that was found, without the relay */
	OUT_RELAY, /* to the relay, when there is one */
	OUT_STUB,  /* a query that is answered here */
};

/* A way and what it points to. */
struct outbound {
	struct udp_way way;
	union udp_address asked; /* where the program said */
	bool named;
	uint8_t header[DATAGRAM_HEADER_MAX];
};

/* What is known of @fd, even if that is nothing. */
static void look_up(int fd, struct udp *s)
{
	if (!udp_snapshot(fd, s))
		memset(s, 0, sizeof(*s));
}

/* ... which is worth a system call where the address depends on it. */
static int family_of(const struct udp *s, int fd)
{
	int family = s->family;

	if (family == AF_UNSPEC)
		tcp_option(fd, SOL_SOCKET, SO_DOMAIN, &family, sizeof(family));
	return family;
}

static int by_header(struct outbound *route, const uint8_t *header,
		     size_t header_len)
{
	memcpy(route->header, header, header_len);
	route->way.header_len = (uint16_t)header_len;
	return OUT_RELAY;
}

static int judged(struct outbound *route, struct run *run,
		  const struct sockaddr *addr, socklen_t len)
{
	struct destination d;

	destination_judge(&d, run, addr, len, state_now());
	if (unlikely(udp_stub_judged(run, &d)))
		return OUT_STUB;
	if (unlikely(d.verdict.judge == JUDGED_NAME_SERVER)) {
		/* --dns names another, which is asked in its place. */
		d.target = run->config.dns_server;
		d.verdict.route = ROUTE_PROXY;
	}
	switch (d.verdict.route) {
	case ROUTE_DIRECT:
		if (d.verdict.judge == JUDGED_PROXY_ITSELF)
			return -ENETUNREACH;
		if (d.nreal == 0)
			return OUT_PLAIN;
		d.real[0].port = d.asked.port;
		return udp_address_of(&route->way.to, &d.real[0],
				      addr->sa_family)
			       ? OUT_WAY
			       : -EHOSTUNREACH;
	case ROUTE_REFUSE:
		report_refused(run, &d.target, d.verdict.error, " refused: ");
		return -d.verdict.error;
	case ROUTE_PROXY:
		if (run->config.udp_blocked)
			return udp_blocked(run, &d);
		break;
	}
	route->named = d.target.kind == ENDPOINT_NAME;
	route->way.header_len = (uint16_t)datagram_put_header(
		route->header, DATAGRAM_STANDALONE, &d.target);
	return OUT_RELAY;
}

/* To where the socket is connected. */
static int to_peer(struct outbound *route, struct run *run, const struct udp *s)
{
	if (!s->connected)
		return OUT_PLAIN;
	if (s->last.in.sin_port == 0)
		return -EINVAL;
	if (s->stub) {
		route->asked = s->last;
		return OUT_STUB;
	}
	if (likely(s->header_len > 0) && udp_address_len(&s->last) > 0)
		return by_header(route, s->header, s->header_len);
	if (udp_address_len(&s->last) == 0)
		return -EAGAIN; /* it is being changed at this moment */
	return judged(route, run, &s->last.sa, udp_address_len(&s->last));
}

static int to_address(struct outbound *route, struct run *run, int fd,
		      const struct udp *s, const struct sockaddr *addr,
		      socklen_t len)
{
	union udp_address *asked = &route->asked;

	if (len < sizeof(addr->sa_family) || !memory_is_readable(addr, len))
		return OUT_PLAIN; /* EINVAL, EFAULT */
	memset(asked, 0, sizeof(*asked));
	memcpy(asked, addr, len < sizeof(*asked) ? len : sizeof(*asked));
	/* To IPv4 it is AF_INET, to IPv6 no address at all. */
	if (asked->sa.sa_family == AF_UNSPEC && family_of(s, fd) == AF_INET6)
		return to_peer(route, run, s);
	if (asked->sa.sa_family == AF_UNSPEC)
		asked->sa.sa_family = AF_INET;
	if (udp_address_len(asked) == 0 || len < udp_address_shortest(asked) ||
	    asked->in.sin_port == 0 || /* in the same place for IPv6 */
	    (asked->sa.sa_family == AF_INET6 && family_of(s, fd) == AF_INET))
		return OUT_PLAIN; /* the kernel will refuse it */
	if (likely(udp_address_same(asked, &s->last)) && s->header_len > 0) {
		route->named = s->named;
		return by_header(route, s->header, s->header_len);
	}
	return judged(route, run, &asked->sa, udp_address_len(asked));
}

/* Return: enum out, or -errno */
static int find(struct outbound *route, struct run *run, int fd,
		const struct udp *s, const struct sockaddr *addr, socklen_t len)
{
	route->way.to.sa.sa_family = AF_UNSPEC;
	route->way.header = route->header;
	route->way.header_len = 0;
	route->way.segment = s->segment;
	route->way.mapped = false;
	route->way.limit = run != NULL && run->config.fragment ? UDP_LIMIT_IPV4
							       : 0;
	route->asked.sa.sa_family = AF_UNSPEC;
	if (addr == NULL || len == 0) /* as sendmsg(2) has it */
		return to_peer(route, run, s);
	if (run == NULL)
		return -ENETUNREACH;
	return to_address(route, run, fd, s, addr, len);
}

/* Where it goes, for the next one, and to know the answer again. */
static void remember(const struct outbound *route, const struct udp *s, int fd)
{
	struct udp *u = udp_of(fd);

	if (u == NULL || s->connected ||
	    udp_address_same(&route->asked, &s->last))
		return;
	if (udp_address_len(&s->last) > 0 &&
	    route->way.header_len != s->header_len)
		u->lead = UDP_LEAD_VARIES; /* so will the answers' */
	/* An address that is asked itself is no name's. */
	if (!route->named && u->asks_names)
		udp_sources_learn(udp_index(u), &route->asked, &route->asked);
	if (route->named)
		u->asks_names = 1;
	udp_remember(u, &route->asked, route->named, route->header,
		     route->way.header_len);
}

/* It is OUT_RELAY, and the relay stands: where is it? */
static void set_relay(struct outbound *route, const struct udp *s, int fd,
		      const struct sockaddr *addr)
{
	struct udp *u = unlikely(!s->unanswered) ? udp_of(fd) : NULL;

	if (u != NULL)
		u->unanswered = true;
	route->way.mapped = s->family == AF_INET6 &&
			    IN6_IS_ADDR_V4MAPPED(&s->relay.in6.sin6_addr);
	if (unlikely(route->way.limit > 0) &&
	    s->relay.sa.sa_family == AF_INET6 && !route->way.mapped)
		route->way.limit = UDP_LIMIT_IPV6;
	/* Connected, the kernel goes there by itself; and it filters. */
	if (s->connected && !s->loose &&
	    (addr == NULL || udp_address_len(&route->asked) == 0 ||
	     udp_address_same(&route->asked, &s->last)))
		return;
	route->way.to = s->relay;
	remember(route, s, fd);
}

static bool may_wait(int fd, int flags)
{
	return (flags & MSG_DONTWAIT) == 0 && !tcp_is_nonblocking(fd);
}

static bool is_readable(const struct msghdr *msg)
{
	for (size_t i = 0; i < msg->msg_iovlen; i++)
		if (!memory_is_readable(msg->msg_iov[i].iov_base,
					msg->msg_iov[i].iov_len))
			return false;
	return true;
}

static size_t length_of(const struct msghdr *msg)
{
	size_t n = 0;

	for (size_t i = 0; i < msg->msg_iovlen; i++)
		n += msg->msg_iov[i].iov_len;
	return n;
}

/* Return: octets, or -EAGAIN if the relay has come meanwhile */
static ssize_t enqueue(int fd, const struct outbound *route,
		       const struct msghdr *msg)
{
	size_t n = length_of(msg);

	if (!is_readable(msg))
		return -EFAULT;
	if (route->way.limit > 0 ? !udp_is_possible(route->header, n)
				 : n + route->way.header_len > UDP_LIMIT_IPV4)
		return -EMSGSIZE;
	return udp_enqueue(fd, route->header, route->way.header_len, msg,
			   route->way.segment)
		       ? (ssize_t)n
		       : -EAGAIN;
}

/*
 * MSG_MORE and UDP_CORK: a datagram in pieces has its header before the first.
 */
static ssize_t send_piece(int fd, struct udp *u, struct outbound *route,
			  const struct msghdr *msg, int flags)
{
	bool more = (flags & MSG_MORE) != 0 || u->cork;
	ssize_t r;

	route->way.limit = 0; /* how long it becomes nobody knows */
	if (u->corked) {
		route->way.header_len = 0;
		route->way.segment = 0;
		route->way.to.sa.sa_family = AF_UNSPEC;
	}
	r = udp_send(fd, &route->way, msg, flags);
	u->corked = r >= 0 && more;
	return r;
}

/*
 * One system call with one buffer is the cheapest: what is short, and surely
 * there, is copied behind its header.
 */
static ssize_t send_copied(int fd, const struct udp_way *way,
			   const struct iovec *iov, int flags)
{
	socklen_t len = udp_address_len(&way->to);
	uint8_t datagram[COPIED_MAX];
	ssize_t r;

	memcpy(datagram, way->header, way->header_len);
	memcpy(datagram + way->header_len, iov->iov_base, iov->iov_len);
	r = net_sendto(fd, datagram, way->header_len + iov->iov_len, flags,
		       len > 0 ? &way->to.sa : NULL, len);
	return r < 0 ? r : r - way->header_len;
}

static bool may_be_copied(const struct udp_way *way, const struct msghdr *msg)
{
	return msg->msg_iovlen == 1 && msg->msg_controllen == 0 &&
	       way->segment == 0 &&
	       msg->msg_iov->iov_len + way->header_len <= COPIED_MAX &&
	       memory_is_on_stack(msg->msg_iov->iov_base,
				  msg->msg_iov->iov_len);
}

static ssize_t send_out(int fd, const struct udp *s, struct outbound *route,
			const struct msghdr *msg, int flags)
{
	struct udp *u = udp_of(fd);

	if (unlikely((flags & MSG_MORE) != 0 || s->corked || s->cork) &&
	    u != NULL)
		return send_piece(fd, u, route, msg, flags);
	if (likely(may_be_copied(&route->way, msg)))
		return send_copied(fd, &route->way, msg->msg_iov, flags);
	return udp_send(fd, &route->way, msg, flags);
}

static ssize_t send_plain(int fd, const struct udp *s, const struct msghdr *msg,
			  int flags)
{
	struct udp_way way = { .segment = s->segment };

	if (likely(s->segment == 0) || msg->msg_namelen > sizeof(way.to))
		return net_sendmsg(fd, msg, flags);
	/* The kernel does not know of UDP_SEGMENT any more. */
	if (msg->msg_name != NULL)
		memcpy(&way.to, msg->msg_name, msg->msg_namelen);
	return udp_send(fd, &way, msg, flags);
}

/*
 * A relay is needed and, as far as is known, not there. A query to a name server
 * can do without.
 * Return: 0: the relay stands; UDP_QUEUED: it is on its way; -EAGAIN and the
 * like, or what @carried says has become of the query
 */
static ssize_t need_relay(struct run *run, int fd, const struct udp *s,
			  const struct outbound *route,
			  const struct msghdr *msg, int flags, bool *carried)
{
	const union udp_address *server =
		udp_address_len(&route->asked) > 0 ? &route->asked : &s->last;
	bool waits = may_wait(fd, flags), dns = udp_dns_concerns(server);
	struct udp now;
	ssize_t r = -ENETUNREACH, n;

	*carried = false;
	if (!dns)
		return udp_relay(run, fd, waits);
	if (s->state == UDP_READY || !udp_dns_refused())
		r = udp_relay(run, fd, waits || udp_dns_waits());
	if (r == 0)
		udp_dns_relay();
	if (r >= 0 || r == -EINTR || r == -EAGAIN ||
	    (udp_snapshot(fd, &now) && now.state == UDP_READY))
		return r;
	n = udp_dns_send(run, fd, server, route->header,
			 route->way.header_len, msg);
	*carried = n >= 0;
	if (*carried)
		remember(route, s, fd);
	return *carried ? n : r;
}

ssize_t udp_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	struct run *run = state_run();
	struct outbound route;
	struct udp s;
	bool again = false, carried;
	ssize_t r;

	for (;;) {
		look_up(fd, &s);
		r = find(&route, run, fd, &s, msg->msg_name, msg->msg_namelen);
		if (unlikely(r != OUT_RELAY)) {
			if (r == OUT_PLAIN)
				return send_plain(fd, &s, msg, flags);
			if (r == OUT_STUB)
				return udp_stub_send(run, fd, &route.asked,
						     msg);
			return r == OUT_WAY ? udp_send(fd, &route.way, msg,
						       flags)
					    : r;
		}
		if (unlikely(s.state != UDP_READY ||
			     s.checked != udp_now())) {
			r = need_relay(run, fd, &s, &route, msg, flags,
				       &carried);
			if (r < 0 || carried)
				return r;
			if (!udp_snapshot(fd, &s))
				return -EBADF;
			route.way.segment = s.segment;
			if (r == UDP_QUEUED) {
				remember(&route, &s, fd);
				r = enqueue(fd, &route, msg);
				if (r != -EAGAIN)
					return r;
				continue;
			}
		}
		set_relay(&route, &s, fd, msg->msg_name);
		r = send_out(fd, &s, &route, msg, flags);
		/* A relative has made it standard input or output. */
		if (unlikely(r == -EDESTADDRREQ) && s.connected && !again) {
			udp_becomes_stdio(fd);
			again = true;
			continue;
		}
		/* The relay's port is closed: it may be another by now. */
		if (unlikely(r == -ECONNREFUSED) && !again &&
		    udp_lost(run, fd)) {
			again = true;
			continue;
		}
		return r;
	}
}

ssize_t udp_send_octets(int fd, const void *buf, size_t n, int flags,
			const struct sockaddr *addr, socklen_t len)
{
	struct iovec iov = { (void *)(uintptr_t)buf, n };
	struct msghdr msg = {
		.msg_name = (void *)(uintptr_t)addr,
		.msg_namelen = addr != NULL ? len : 0,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};

	if (unlikely(addr != NULL && len == 0)) /* EINVAL */
		return net_sendto(fd, buf, n, flags, addr, len);
	return udp_sendmsg(fd, &msg, flags);
}

/* --- batches ------------------------------------------------------------------ */

#define ROUTES_MAX 8

/*
 * As many as go to the relay, from the first on.
 * Return: how many went; 0: the first needs more than that; or -errno
 */
static int send_to_relay(struct run *run, int fd, const struct udp *s,
			 struct mmsghdr *msgs, unsigned n, int flags)
{
	const struct udp_way *ways[UDP_BATCH];
	struct outbound routes[ROUTES_MAX];
	unsigned count, used = 0;

	for (count = 0; count < n && count < UDP_BATCH; count++) {
		const struct msghdr *m = &msgs[count].msg_hdr;
		struct outbound *r = &routes[used];

		if (used == ROUTES_MAX ||
		    find(r, run, fd, s, m->msg_name, m->msg_namelen) != OUT_RELAY)
			break;
		set_relay(r, s, fd, m->msg_name);
		if (used > 0 &&
		    r->way.header_len == r[-1].way.header_len &&
		    memcmp(r->header, r[-1].header, r->way.header_len) == 0)
			r--; /* the same as the one before */
		else
			used++;
		ways[count] = &r->way;
	}
	return count > 0 ? udp_send_batch(fd, ways, msgs, count, flags) : 0;
}

int udp_sendmmsg(int fd, struct mmsghdr *msgs, unsigned n, int flags)
{
	struct run *run = state_run();
	unsigned done = 0;
	struct udp s;

	while (done < n) {
		struct mmsghdr *m = &msgs[done];
		ssize_t r = 0;

		if (udp_snapshot(fd, &s) && s.state == UDP_READY &&
		    s.checked == udp_now() && !s.corked && !s.cork &&
		    (flags & MSG_MORE) == 0)
			r = send_to_relay(run, fd, &s, m, n - done, flags);
		if (r == -EDESTADDRREQ)
			r = 0; /* udp_sendmsg() knows why */
		if (r == 0) {
			r = udp_sendmsg(fd, &m->msg_hdr, flags);
			if (r >= 0) {
				m->msg_len = (unsigned)r;
				r = 1;
			}
		}
		if (r < 0)
			return done > 0 ? (int)done : (int)r;
		done += (unsigned)r;
	}
	return (int)done;
}
