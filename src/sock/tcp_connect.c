/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/time.h>

#include "libc/libc.h"
#include "libc/net.h"
#include "libc/sys.h"
#include "sock/report.h"
#include "sock/tcp_connect.h"
#include "socks/handshake.h"

/*
 * The longest single wait. After it the socket is read whether it is said to
 * be ready or not, because SO_RCVLOWAT may keep poll(2) from saying so; and
 * SO_SNDTIMEO, which costs a system call to learn, is only asked for then.
 */
#define SLICE_MS 50

struct attempt {
	struct run *run;
	int fd;
	sock_wait *wait;
	uint64_t start;    /* ms */
	uint64_t deadline; /* ms: our own patience */
	uint64_t give_up;  /* ms: SO_SNDTIMEO; 0 not asked yet */
};

static int get_option(int fd, int level, int name, void *value, socklen_t len)
{
	int saved = errno;
	int r = libc(getsockopt)(fd, level, name, value, &len) < 0 ? -errno
								   : 0;

	errno = saved;
	return r;
}

static bool is_nonblocking(int fd)
{
	int flags = sys_fcntl(fd, F_GETFL, 0);

	return flags >= 0 && (flags & O_NONBLOCK) != 0;
}

/* When SO_SNDTIMEO ends a blocking connect (socket(7)). */
static uint64_t send_timeout_end(const struct attempt *a)
{
	struct timeval tv = { 0 };

	if (is_nonblocking(a->fd) ||
	    get_option(a->fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) < 0 ||
	    (tv.tv_sec == 0 && tv.tv_usec == 0))
		return UINT64_MAX;
	return a->start + (uint64_t)tv.tv_sec * 1000 +
	       (uint64_t)tv.tv_usec / 1000;
}

/*
 * Return: 0 when it is worth trying again, -ETIMEDOUT when our patience has
 * ended, -EINPROGRESS when the program's has, or -EINTR
 */
static int attempt_wait(struct attempt *a, short events)
{
	uint64_t now = sock_now_ms(), end = a->deadline;
	int r;

	if (a->give_up != 0 && a->give_up < end)
		end = a->give_up;
	if (now >= end)
		return end == a->deadline ? -ETIMEDOUT : -EINPROGRESS;
	if (end - now > SLICE_MS)
		end = now + SLICE_MS;
	r = a->wait(a->fd, events, (int)(end - now));
	if (r < 0)
		return r;
	if (r == 0 && a->give_up == 0)
		a->give_up = send_timeout_end(a);
	return 0;
}

/* Back to an unconnected socket, as after a refused connect. */
static void disconnect(int fd)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	net_connect(fd, &none, sizeof(none));
}

/*
 * Give up an attempt that the program believes to go on: whoever polls the
 * socket then must read a failure. A connection to a listener of ours that
 * resets it at once leaves exactly that (POLLERR, SO_ERROR ECONNRESET).
 */
static void abandon(int fd, int family)
{
	struct sockaddr_in6 any = { .sin6_family = (sa_family_t)family };
	socklen_t len = family == AF_INET6 ? sizeof(any)
					   : sizeof(struct sockaddr_in);
	struct linger hard = { .l_onoff = 1 };
	int l, peer;

	disconnect(fd);
	if (family == AF_INET6)
		any.sin6_addr = (struct in6_addr)IN6ADDR_LOOPBACK_INIT;
	else
		((struct sockaddr_in *)&any)->sin_addr.s_addr =
			htonl(INADDR_LOOPBACK);
	l = net_socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l < 0)
		return;
	if (sys(SYS_bind, l, &any, len) == 0 && sys(SYS_listen, l, 1) == 0 &&
	    sys(SYS_getsockname, l, &any, &len) == 0) {
		net_connect(fd, (struct sockaddr *)&any, len);
		peer = (int)sys(SYS_accept4, l, NULL, NULL, SOCK_CLOEXEC);
		if (peer >= 0) {
			sys(SYS_setsockopt, peer, SOL_SOCKET, SO_LINGER, &hard,
			    sizeof(hard));
			sys_close(peer);
		}
	}
	sys_close(l);
}

/* Is this errno about the way to the proxy, not about the program's socket? */
static bool is_unreachable(int error)
{
	switch (error) {
	case ECONNREFUSED:
	case ECONNRESET:
	case ECONNABORTED:
	case ETIMEDOUT:
	case EHOSTUNREACH:
	case EHOSTDOWN:
	case ENETUNREACH:
	case ENETDOWN:
	case EINVAL: /* bound to loopback, and the proxy is elsewhere */
	case EPERM:  /* a packet filter */
	case EACCES:
		return true;
	default:
		return false;
	}
}

/* A non-blocking socket's connect to the proxy is waited for here. */
static int await_connected(struct attempt *a)
{
	struct pollfd p = { .fd = a->fd, .events = POLLOUT };
	int error, r;

	if (!is_nonblocking(a->fd))
		return -EINPROGRESS; /* SO_SNDTIMEO has ended it */
	for (;;) {
		struct timespec none = { 0 };

		r = attempt_wait(a, POLLOUT);
		if (r < 0)
			return r;
		if (sys(SYS_ppoll, &p, 1, &none, NULL, 0) == 1)
			break;
	}
	r = get_option(a->fd, SOL_SOCKET, SO_ERROR, &error, sizeof(error));
	return r < 0 ? r : -error;
}

/* Connect to the first of the proxy's addresses that answers. */
static int reach_proxy(struct attempt *a, int family, int *cause)
{
	const struct config *config = &a->run->config;
	struct sockaddr_storage ss;
	int r = -ENETUNREACH;

	*cause = 0;
	for (unsigned i = 0; i < config->nservers; i++) {
		socklen_t len = endpoint_to_sockaddr(&config->servers[i],
						     family, &ss);

		if (len == 0)
			continue;
		a->deadline = sock_now_ms() +
			      config->negotiate_timeout * 1000u;
		r = net_connect(a->fd, (struct sockaddr *)&ss, len);
		if (r == -EINPROGRESS)
			r = await_connected(a);
		if (r == 0 || !is_unreachable(-r))
			return r;
		*cause = -r;
		disconnect(a->fd);
	}
	return -ENETUNREACH;
}

static int send_output(struct attempt *a, struct handshake *hs)
{
	uint8_t buf[HANDSHAKE_OUTPUT_MAX];
	size_t n = handshake_output(hs, &a->run->config.credentials, buf);
	int saved = errno, r = 0;
	ssize_t sent;

	sent = libc(send)(a->fd, buf, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent >= 0)
		handshake_sent(hs, (size_t)sent);
	else if (errno == EAGAIN)
		r = attempt_wait(a, POLLOUT);
	else if (errno != EINTR)
		handshake_closed(hs);
	errno = saved;
	explicit_bzero(buf, n); /* the password was in it */
	return r;
}

/*
 * @more: a message is half in, so its rest is most likely there already and
 * is read without waiting first
 */
static int receive_input(struct attempt *a, struct handshake *hs, bool *more)
{
	uint8_t buf[HANDSHAKE_INPUT_MAX];
	size_t need = handshake_need(hs);
	int saved = errno, r = 0;
	ssize_t got;

	if (!*more && (r = attempt_wait(a, POLLIN)) < 0)
		return r;
	got = libc(recv)(a->fd, buf, need, MSG_DONTWAIT);
	*more = got > 0 && (size_t)got == need;
	if (got > 0)
		handshake_received(hs, buf, (size_t)got);
	else if (got == 0 || (errno != EAGAIN && errno != EINTR))
		handshake_closed(hs);
	errno = saved;
	return 0;
}

/* Return: 0 when the machine has come to an end of its own; else -errno */
static int drive(struct attempt *a, struct handshake *hs)
{
	const struct config *config = &a->run->config;
	bool more = false, requested = false;
	int r = 0;

	for (;;) {
		switch (handshake_wants(hs)) {
		case HANDSHAKE_WRITE:
			more = false;
			r = send_output(a, hs);
			break;
		case HANDSHAKE_READ:
			if (!requested && handshake_request_sent(hs)) {
				requested = true;
				a->deadline = sock_now_ms() +
					      config->request_timeout * 1000u;
			}
			r = receive_input(a, hs, &more);
			break;
		case HANDSHAKE_BOUND:
		case HANDSHAKE_DONE:
		case HANDSHAKE_FAILED:
			return 0;
		}
		if (r == -ETIMEDOUT)
			handshake_timed_out(hs);
		else if (r < 0)
			return r;
	}
}

static void remember_peer(struct run *run, int fd, const struct endpoint *asked)
{
	uint64_t id;

	if (asked != NULL &&
	    get_option(fd, SOL_SOCKET, SO_COOKIE, &id, sizeof(id)) == 0)
		peers_put(&run->peers, id, asked);
}

int sock_tcp_connect(struct run *run, int fd, int family,
		     const struct endpoint *target,
		     const struct endpoint *asked, sock_wait *wait)
{
	struct attempt a = { run, fd, wait, sock_now_ms(), 0, 0 };
	struct handshake hs;
	int cause, r;

	r = reach_proxy(&a, family, &cause);
	if (r == -ENETUNREACH || r == -ETIMEDOUT)
		report_connect(run, target, -r, SOCKS_FAIL_UNREACHABLE, 0,
			       cause, sock_now_ms() - a.start);
	if (r == -EINTR || r == -EINPROGRESS)
		abandon(fd, family);
	if (r < 0)
		return r == -ETIMEDOUT ? -ENETUNREACH : r;

	handshake_init(&hs, SOCKS_CONNECT, target,
		       run->config.credentials.username_len > 0,
		       run->config.pipeline);
	r = drive(&a, &hs);
	if (r == -EINTR || r == -EINPROGRESS) {
		abandon(fd, family);
		return r;
	}
	if (r == 0)
		r = -handshake_errno(&hs);
	if (r < 0)
		disconnect(fd);
	else
		remember_peer(run, fd, asked);
	report_connect(run, target, -r, handshake_failure(&hs),
		       handshake_rep(&hs), 0, sock_now_ms() - a.start);
	return r;
}

bool sock_peer(struct run *run, int fd, const struct endpoint *peer,
	       struct endpoint *asked)
{
	uint64_t id;

	for (unsigned i = 0; i < run->config.nservers; i++) {
		if (endpoint_equal(peer, &run->config.servers[i]))
			return get_option(fd, SOL_SOCKET, SO_COOKIE, &id,
					  sizeof(id)) == 0 &&
			       peers_get(&run->peers, id, asked);
	}
	return false;
}
