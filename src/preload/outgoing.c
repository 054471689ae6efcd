/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netinet/in.h>
#include <sys/single_threaded.h>

#include "libc/libc.h"
#include "libc/net.h"
#include "libc/sys.h"
#include "policy/destination.h"
#include "policy/dns_stub.h"
#include "preload/conn.h"
#include "preload/memory.h"
#include "preload/outgoing.h"
#include "preload/state.h"
#include "preload/tcp_stub.h"
#include "preload/udp.h"
#include "sock/kind.h"
#include "sock/report.h"
#include "sock/tcp_connect.h"
#include "sock/tcp_fail.h"

static void copy_address(struct sockaddr_storage *to,
			 const struct sockaddr *from, socklen_t len)
{
	__builtin_memcpy(to, from, len < sizeof(*to) ? len : sizeof(*to));
}

static int refuse_datagram(struct run *run, const struct destination *d)
{
	report_refused(run, &d->target, ENETUNREACH, " is not TCP, refused: ");
	return d->verdict.route == ROUTE_REFUSE ? -d->verdict.error
						: -ENETUNREACH;
}

/* A name under a direct rule: its real addresses, one after the other. */
static int connect_direct(int fd, const struct destination *d,
			  const struct sockaddr *addr, socklen_t len)
{
	struct sockaddr_storage ss;
	int r = -EHOSTUNREACH;

	if (d->nreal == 0)
		return net_connect(fd, addr, len);
	for (unsigned i = 0; i < d->nreal; i++) {
		struct endpoint real = d->real[i];
		socklen_t n;

		real.port = d->asked.port;
		n = endpoint_to_sockaddr(&real, addr->sa_family, &ss);
		if (n == 0)
			continue;
		r = net_connect(fd, (struct sockaddr *)&ss, n);
		if (r != -ECONNREFUSED && r != -ENETUNREACH &&
		    r != -EHOSTUNREACH && r != -ETIMEDOUT)
			break;
	}
	return r;
}

/* The proxy's own port is direct for those who speak TCP with it, no others. */
static bool is_past_proxy(int fd, const struct destination *d)
{
	return d->verdict.judge == JUDGED_PROXY_ITSELF &&
	       sock_kind(fd) == SOCK_UDP;
}

/*
 * A connection that failed in the background: the kernel says why (or
 * ECONNABORTED, if that has been told) and is ready for another connect then,
 * whatever address it is given now.
 */
static int connect_after_failure(int fd)
{
	struct sockaddr_in nobody = { .sin_family = AF_INET };
	int error = conn_take_error(fd), r;

	r = net_connect(fd, (struct sockaddr *)&nobody, sizeof(nobody));
	if (r == -EISCONN) { /* it was made to look reset */
		tcp_disconnect(fd);
		r = -ECONNABORTED;
	}
	conn_forget(fd);
	return error != 0 ? -error : r;
}

/* A second connect(2) while the first is pending (connect(2), EALREADY). */
static int connect_while_pending(int fd)
{
	int r;

	if (tcp_is_nonblocking(fd))
		return -EALREADY;
	r = conn_wait(fd, SO_SNDTIMEO);
	return r == -EAGAIN ? -EALREADY : r;
}

#define CONNECT_ANEW 1

/*
 * What an earlier connect(2) has left to say, whatever this one's address is.
 * Return: CONNECT_ANEW if nothing
 */
static int connect_continued(int fd)
{
	int r;

	if (likely(!fd_is_conn(fd_get(fd))))
		return CONNECT_ANEW;
	if (conn_state(fd) == CONN_PENDING) {
		r = connect_while_pending(fd);
		if (r < 0)
			return r;
	}
	if (conn_state(fd) == CONN_FAILED)
		return connect_after_failure(fd);
	return conn_owes_zero(fd) ? 0 : CONNECT_ANEW;
}

/*
 * Another thread has closed the socket, or put another file in its place: as a
 * rule to end this call by a signal, which has come or is on its way.
 */
#define CONNECT_LOST (-EINTR)

struct waiting {
	uint64_t id; /* conn_is_still() */
	bool asked;  /* about the signal handlers */
};

/*
 * Where handlers differ in SA_RESTART, poll(2) cannot be the wait, because it
 * cannot tell which of them has run. That is looked into once the first wait
 * has come to nothing.
 * Return: as sock_wait; -ERESTART: wait elsewhere
 */
static int wait_inline(void *arg, int fd, short events, int ms)
{
	struct waiting *w = arg;
	struct timeval tv = { 0 };
	int r = sock_wait_poll(NULL, fd, events, ms);

	if (!conn_is_still(fd, w->id))
		return CONNECT_LOST;
	if (r > 0 || w->asked)
		return r;
	w->asked = true;
	if (!sock_signals_differ())
		return r;
	tcp_option(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	/* With a time-out the kernel restarts nothing, either. */
	return tv.tv_sec != 0 || tv.tv_usec != 0 ? r : -ERESTART;
}

static bool is_connected(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int saved = errno;
	bool connected =
		libc(getpeername)(fd, (struct sockaddr *)&ss, &len) == 0;

	errno = saved;
	return connected;
}

/*
 * The wait for the helper is restarted as connect(2) is (conn_wait()).
 * Return: -ERESTART if there is no helper to be had
 */
static int connect_by_helper(int fd, const struct tcp_attempt *a, uint64_t id)
{
	uint64_t socket = 0, now = 0;
	int r;

	tcp_option(fd, SOL_SOCKET, SO_COOKIE, &socket, sizeof(socket));
	if (!conn_start(fd, a, id))
		return -ERESTART;
	r = conn_wait(fd, SO_SNDTIMEO);
	if (r == -EINTR)
		return r;
	tcp_option(fd, SOL_SOCKET, SO_COOKIE, &now, sizeof(now));
	if (r < 0 || now != socket)
		return CONNECT_LOST;
	r = connect_continued(fd);
	/* Another thread may have been told what was to be said of it. */
	return r != CONNECT_ANEW   ? r
	       : is_connected(fd) ? 0
				  : -ECONNABORTED;
}

/* It cannot go on in the background: see to it here. */
static int connect_cut_off(int fd, struct tcp_attempt *a, int r)
{
	if (r == -EINPROGRESS && tcp_is_nonblocking(fd))
		r = tcp_attempt_wait(a, sock_wait_poll, NULL);
	if (r == 0)
		tcp_attempt_settle(a);
	if (r == -EINPROGRESS || r == -EINTR)
		tcp_look_reset(fd, a->family);
	return r;
}

static int connect_proxied(struct run *run, int fd,
			   const struct destination *d, int family)
{
	struct tcp_attempt a;
	struct waiting w = { 0 };
	bool shared = !__libc_single_threaded;
	int r;

	conn_withhold(fd);
	if (shared && !tcp_is_nonblocking(fd))
		w.id = conn_begin_inline(fd);
	r = tcp_attempt_begin(&a, run, fd, family, &d->target, &d->asked);
	if (r == 0 && conn_is_still(fd, w.id))
		r = tcp_attempt_wait(&a, wait_inline, &w);
	if (r == -ERESTART) {
		r = connect_by_helper(fd, &a, w.id);
		if (r != -ERESTART)
			return r;
		r = tcp_attempt_wait(&a, wait_inline, &w);
	}
	if (!conn_is_still(fd, w.id))
		return CONNECT_LOST;
	if (r == -EINPROGRESS || r == -EINTR) {
		/* POSIX: the attempt goes on without the caller. */
		if (r == -EINPROGRESS)
			tcp_attempt_hurry(&a);
		if (conn_start(fd, &a, w.id))
			return r;
		r = connect_cut_off(fd, &a, r);
	}
	if (r == 0)
		conn_connected(fd);
	else
		conn_end_inline(fd);
	return r;
}

/* A name server that is not asked itself, over TCP. */
static int connect_name_server(struct run *run, int fd,
			       const struct destination *d,
			       enum dns_stub_place place, int family)
{
	struct destination other = *d;

	if (place == DNS_STUB_HERE) {
		conn_connected(fd);
		return tcp_stub_connect(run, fd, d);
	}
	other.target = run->config.dns_server;
	return connect_proxied(run, fd, &other, family);
}

static int connect_judged(struct run *run, int fd, const struct destination *d,
			  const struct sockaddr *addr, socklen_t len)
{
	enum dns_stub_place place = run != NULL
					    ? dns_stub_place(&run->config, d)
					    : DNS_STUB_NOT;
	int kind, r;

	if (unlikely(place != DNS_STUB_NOT) && sock_kind(fd) == SOCK_TCP)
		return connect_name_server(run, fd, d, place, addr->sa_family);

	switch (d->verdict.route) {
	case ROUTE_DIRECT:
		if (is_past_proxy(fd, d))
			return refuse_datagram(run, d);
		conn_connected(fd); /* the kernel's business alone */
		udp_disconnect(fd);
		r = connect_direct(fd, d, addr, len);
		report_direct(run, &d->target, -r);
		return r;
	case ROUTE_REFUSE:
		/* The kernel looks at the socket before the address. */
		kind = sock_kind(fd);
		if (kind < 0)
			return kind;
		if (kind == SOCK_PASS)
			return net_connect(fd, addr, len);
		if (kind == SOCK_UDP && d->verdict.judge == JUDGED_NAME_SERVER)
			return udp_connect(run, fd, d, addr, len);
		report_refused(run, &d->target, d->verdict.error, " refused: ");
		return -d->verdict.error;
	case ROUTE_PROXY:
		break;
	}
	/* It has been seen to be made, and not to be closed. */
	kind = fd_get(fd) == FD_FRESH ? SOCK_TCP : sock_kind(fd);
	switch (kind) {
	case SOCK_TCP:
		r = connect_proxied(run, fd, d, addr->sa_family);
		/* An address of another family: the kernel names the error. */
		return r == -EAFNOSUPPORT && !tcp_is_family(fd, addr->sa_family)
			       ? net_connect(fd, addr, len)
			       : r;
	case SOCK_PASS:
		return net_connect(fd, addr, len);
	case SOCK_UDP:
		return udp_connect(run, fd, d, addr, len);
	case SOCK_OTHER:
		return refuse_datagram(run, d);
	default:
		return kind;
	}
}

int outgoing_connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	struct run *run = state_run();
	struct sockaddr_storage own;
	struct destination d;
	int r;

	if (len < sizeof(addr->sa_family) || len > sizeof(own) ||
	    !memory_is_readable(addr, len))
		return net_connect(fd, addr, len);
	/* A second thread must not change what has been judged. */
	copy_address(&own, addr, len);
	addr = (struct sockaddr *)&own;
	if (addr->sa_family == AF_UNSPEC && run != NULL) {
		sock_forget_peer(run, fd);
		udp_disconnect(fd);
		if (conn_cancel(fd))
			return 0;
		conn_forget(fd);
	} else if (addr->sa_family != AF_UNSPEC) {
		r = connect_continued(fd);
		if (r != CONNECT_ANEW)
			return r;
	}
	if (!destination_is_inet(addr, len))
		return net_connect(fd, addr, len);
	destination_judge(&d, run, addr, len, state_now());
	return connect_judged(run, fd, &d, addr, len);
}

int outgoing_send(int fd, const struct sockaddr *addr, socklen_t len,
		  int flags)
{
	struct run *run = state_run();
	struct sockaddr_storage own;
	struct destination d;
	int kind;

	if (len < sizeof(addr->sa_family) || len > sizeof(own) ||
	    !memory_is_readable(addr, len))
		return OUTGOING_PASS; /* EINVAL, EFAULT */
	copy_address(&own, addr, len);
	/* UDP over IPv4 takes AF_UNSPEC for AF_INET. */
	if (own.ss_family == AF_UNSPEC)
		own.ss_family = AF_INET;
	if (!destination_is_inet((struct sockaddr *)&own, len))
		return OUTGOING_PASS;
	destination_judge(&d, run, (struct sockaddr *)&own, len, state_now());
	kind = sock_kind(fd);
	if (kind < 0)
		return kind;
	if (kind == SOCK_PASS)
		return OUTGOING_PASS;
	if (kind == SOCK_TCP)
		/* Without MSG_FASTOPEN TCP does not look at the address. */
		return (flags & MSG_FASTOPEN) != 0 &&
				       (d.verdict.route != ROUTE_DIRECT ||
					d.nreal > 0)
			       ? OUTGOING_CONNECT
			       : OUTGOING_PASS;
	if (d.verdict.route == ROUTE_DIRECT && d.nreal == 0 &&
	    d.verdict.judge != JUDGED_PROXY_ITSELF)
		return OUTGOING_PASS;
	return kind == SOCK_UDP ? OUTGOING_DATAGRAM : refuse_datagram(run, &d);
}
