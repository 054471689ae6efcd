/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>

#include "libc/libc.h"
#include "libc/net.h"
#include "libc/sys.h"
#include "sock/report.h"
#include "sock/tcp_attempt.h"
#include "sock/wait.h"

int tcp_option(int fd, int level, int name, void *value, socklen_t len)
{
	int saved = errno;
	int r = libc(getsockopt)(fd, level, name, value, &len) < 0 ? -errno
								   : 0;

	errno = saved;
	return r;
}

bool tcp_is_nonblocking(int fd)
{
	int flags = sys_fcntl(fd, F_GETFL, 0);

	return flags >= 0 && (flags & O_NONBLOCK) != 0;
}

bool tcp_is_family(int fd, int family)
{
	int domain = family;

	tcp_option(fd, SOL_SOCKET, SO_DOMAIN, &domain, sizeof(domain));
	return domain == family;
}

void tcp_disconnect(int fd)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int error;

	net_connect(fd, &none, sizeof(none));
	/* To leave a connection is an error of the socket's (ECONNRESET). */
	tcp_option(fd, SOL_SOCKET, SO_ERROR, &error, sizeof(error));
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

static void report(const struct tcp_attempt *a, enum socks_failure failure,
		   uint8_t rep)
{
	const struct endpoint *target =
		a->command == SOCKS_UDP_ASSOCIATE ? NULL : &a->target;
	/* Nobody reads it otherwise. */
	uint64_t ms = a->run->config.verbose ? sock_now_ms() - a->start : 0;

	report_connect(a->run, target, a->error, failure, rep, a->cause, ms);
}

static enum tcp_state fail(struct tcp_attempt *a, int error,
			   enum socks_failure failure, uint8_t rep)
{
	a->state = TCP_FAILED;
	a->error = error;
	report(a, failure, rep);
	return TCP_FAILED;
}

/*
 * Once it is bound, an IPV6_V6ONLY socket has no way to an IPv4 proxy: the
 * socket's doing, and no fault of the proxy that the user should hear about.
 */
static bool is_sockets_own(const struct tcp_attempt *a, int error)
{
	int only = 0;

	return error == ENETUNREACH && a->family == AF_INET6 &&
	       tcp_option(a->fd, IPPROTO_IPV6, IPV6_V6ONLY, &only,
			  sizeof(only)) == 0 &&
	       only != 0;
}

/*
 * IPV6_V6ONLY is about the target, which the proxy reaches by IPv6. An IPv4
 * proxy is reached all the same once the option is off; it cannot be any more
 * on a socket that is bound.
 */
static bool allow_ipv4(const struct tcp_attempt *a, const struct endpoint *ep)
{
	int on, off = 0;

	return a->family == AF_INET6 && ep->kind == ENDPOINT_IPV4 &&
	       tcp_option(a->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
			  sizeof(on)) == 0 &&
	       on != 0 &&
	       sys(SYS_setsockopt, a->fd, IPPROTO_IPV6, IPV6_V6ONLY, &off,
		   sizeof(off)) == 0;
}

/*
 * After a non-blocking connect has come to its end, the next connect(2) says 0
 * once more before it says EISCONN: that is no new connection.
 */
static bool is_established(struct tcp_attempt *a)
{
	struct endpoint ep;

	return tcp_option(a->fd, SOL_SOCKET, SO_COOKIE, &a->cookie,
			  sizeof(a->cookie)) == 0 &&
	       peers_get(&a->run->peers, a->cookie, &ep);
}

/*
 * Connect to the next of the proxy's addresses, from @a->server on.
 * @now: ms, if the first is tried at once; 0: not asked yet
 * Return: as tcp_attempt_begin()
 */
static int try_servers(struct tcp_attempt *a, uint64_t now)
{
	const struct config *config = &a->run->config;
	struct sockaddr_storage ss;
	const struct endpoint *server;
	unsigned count;
	int r;

	server = config_first_servers(config, &count);
	for (; a->server < count; a->server++) {
		socklen_t len = endpoint_to_sockaddr(&server[a->server],
						     a->family, &ss);

		if (len == 0)
			continue;
		a->deadline = (now != 0 ? now : sock_about_ms()) +
			      config->negotiate_timeout * 1000u;
		now = 0;
		r = net_connect(a->fd, (struct sockaddr *)&ss, len);
		if (r == -ENETUNREACH && allow_ipv4(a, &server[a->server]))
			r = net_connect(a->fd, (struct sockaddr *)&ss, len);
		a->said_zero = r == 0;
		if (r == 0)
			a->state = is_established(a) ? TCP_DONE
						     : TCP_HANDSHAKE;
		if (r == -EINVAL && !tcp_is_family(a->fd, a->family))
			r = -EAFNOSUPPORT;
		if (r == 0 || !is_unreachable(-r))
			return r;
		if (!is_sockets_own(a, -r))
			a->cause = -r;
		tcp_disconnect(a->fd);
	}
	fail(a, ENETUNREACH, SOCKS_FAIL_UNREACHABLE, 0);
	return -ENETUNREACH;
}

static const struct socks_credentials *credentials(const struct tcp_attempt *a)
{
	const struct config *config = &a->run->config;

	return a->hop < config->nvia ? &config->via[a->hop].credentials
				     : &config->credentials;
}

/* Begin the handshake with the present hop, for the next or for the target. */
static void begin_handshake(struct tcp_attempt *a)
{
	const struct config *config = &a->run->config;
	const struct endpoint *next = &a->target;
	enum socks_command command = SOCKS_CONNECT;

	if (a->hop + 1 < config->nvia)
		next = &config->via[a->hop + 1].servers[0];
	else if (a->hop < config->nvia)
		next = &config->servers[0];
	else
		command = (enum socks_command)a->command;
	handshake_init(&a->hs, command, next, credentials(a)->username_len > 0,
		       config->pipeline);
	a->more = a->requested = false;
}

static int begin(struct tcp_attempt *a, struct run *run, int fd, int family,
		 enum socks_command command, const struct endpoint *target,
		 const struct endpoint *asked)
{
	a->run = run;
	a->command = (uint8_t)command;
	a->fd = fd;
	a->state = TCP_CONNECTING;
	a->server = a->hop = 0;
	a->family = (uint8_t)family;
	endpoint_copy(&a->target, target);
	a->error = a->cause = 0;
	a->said_zero = false;
	a->cookie = 0;
	a->has_asked = asked != NULL;
	if (asked != NULL)
		endpoint_copy(&a->asked, asked);
	/* The user may be told how long it took. */
	a->start = run->config.verbose ? sock_now_ms() : sock_about_ms();
	begin_handshake(a);
	return try_servers(a, a->start);
}

int tcp_attempt_begin(struct tcp_attempt *a, struct run *run, int fd,
		      int family, const struct endpoint *target,
		      const struct endpoint *asked)
{
	return begin(a, run, fd, family, SOCKS_CONNECT, target, asked);
}

int tcp_attempt_begin_associate(struct tcp_attempt *a, struct run *run, int fd,
				int family, const struct endpoint *dst)
{
	return begin(a, run, fd, family, SOCKS_UDP_ASSOCIATE, dst, NULL);
}

void tcp_attempt_linger(struct tcp_attempt *a, struct run *run, int fd,
			unsigned ms)
{
	*a = (struct tcp_attempt){
		.run = run,
		.fd = fd,
		.state = TCP_LINGER,
		.deadline = sock_now_ms() + ms,
	};
}

/* The present address does not answer: @cause */
static void try_next_server(struct tcp_attempt *a, int cause)
{
	int r;

	a->cause = cause;
	tcp_disconnect(a->fd);
	a->server++;
	/* Connecting anew would wait where the program has asked to wait. */
	if (!tcp_is_nonblocking(a->fd))
		a->server = CONFIG_SERVERS_MAX;
	r = try_servers(a, 0);
	if (r < 0 && r != -EINPROGRESS && a->state != TCP_FAILED)
		fail(a, -r, SOCKS_FAIL_UNREACHABLE, 0);
}

/* The kernel's connect has come to an end, or somebody only looks. */
static void step_connecting(struct tcp_attempt *a, short seen)
{
	struct pollfd p = { .fd = a->fd, .events = POLLOUT, .revents = seen };
	struct timespec none = { 0 };
	int error = 0, r;

	if (seen == 0 && sys(SYS_ppoll, &p, 1, &none, NULL, 0) != 1)
		return;
	if (p.revents == POLLOUT) { /* a failure is POLLERR or POLLHUP, too */
		a->state = TCP_HANDSHAKE;
		return;
	}
	r = tcp_option(a->fd, SOL_SOCKET, SO_ERROR, &error, sizeof(error));
	if (r < 0)
		error = -r;
	if (error == 0) {
		a->state = TCP_HANDSHAKE;
		return;
	}
	try_next_server(a, error);
}

/* Return: false if the kernel's buffer is full */
static bool send_output(struct tcp_attempt *a)
{
	uint8_t buf[HANDSHAKE_OUTPUT_MAX];
	size_t n = handshake_output(&a->hs, credentials(a), buf);
	int saved = errno;
	bool go_on = true;
	ssize_t sent;

	a->more = false;
	sent = libc(send)(a->fd, buf, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent >= 0)
		handshake_sent(&a->hs, (size_t)sent);
	else if (errno == EAGAIN)
		go_on = false;
	else if (errno != EINTR)
		handshake_closed(&a->hs);
	errno = saved;
	explicit_bzero(buf, n); /* the password was in it */
	return go_on;
}

/* Return: true if more may be there to be read at once */
static bool receive_input(struct tcp_attempt *a)
{
	uint8_t buf[HANDSHAKE_INPUT_MAX];
	size_t need = handshake_need(&a->hs);
	int saved = errno;
	ssize_t got;

	do
		got = libc(recv)(a->fd, buf, need, MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	a->more = got > 0 && (size_t)got == need;
	if (got > 0)
		handshake_received(&a->hs, buf, (size_t)got);
	else if (got == 0 || errno != EAGAIN)
		handshake_closed(&a->hs);
	errno = saved;
	return a->more;
}

static void finish(struct tcp_attempt *a)
{
	if (handshake_wants(&a->hs) == HANDSHAKE_FAILED &&
	    a->hop < a->run->config.nvia) {
		/* What one proxy says of the next is not about the target. */
		a->cause = handshake_errno(&a->hs);
		fail(a, ENETUNREACH, SOCKS_FAIL_UNREACHABLE, 0);
		return;
	}
	if (handshake_wants(&a->hs) == HANDSHAKE_FAILED) {
		fail(a, handshake_errno(&a->hs), handshake_failure(&a->hs),
		     handshake_rep(&a->hs));
		return;
	}
	if (a->has_asked &&
	    (a->cookie != 0 ||
	     tcp_option(a->fd, SOL_SOCKET, SO_COOKIE, &a->cookie,
			sizeof(a->cookie)) == 0))
		peers_put(&a->run->peers, a->cookie, &a->asked);
	a->state = TCP_DONE;
	report(a, SOCKS_FAIL_NONE, 0);
}

/*
 * @ready: the socket is readable, or has not been looked at: the first read is
 * worth its system call; after our own output nothing can be there yet
 */
static void step_handshake(struct tcp_attempt *a, bool ready)
{
	for (;;) {
		switch (handshake_wants(&a->hs)) {
		case HANDSHAKE_WRITE:
			if (!send_output(a))
				return;
			ready = false;
			break;
		case HANDSHAKE_READ:
			if (!a->requested && handshake_request_sent(&a->hs)) {
				a->requested = true;
				a->deadline =
					sock_about_ms() +
					a->run->config.request_timeout * 1000u;
			}
			if (!ready || (!receive_input(a) &&
				       handshake_wants(&a->hs) ==
					       HANDSHAKE_READ))
				return;
			break;
		case HANDSHAKE_BOUND:
		case HANDSHAKE_DONE:
		case HANDSHAKE_FAILED:
			if (handshake_wants(&a->hs) == HANDSHAKE_DONE &&
			    a->hop < a->run->config.nvia) {
				a->hop++;
				begin_handshake(a);
				a->deadline = sock_about_ms() +
					      a->run->config.negotiate_timeout *
						      1000u;
				ready = false;
				break;
			}
			finish(a);
			return;
		}
	}
}

enum tcp_state tcp_attempt_step(struct tcp_attempt *a, short seen)
{
	bool ready = a->state == TCP_HANDSHAKE && seen != POLLOUT;

	if (a->state == TCP_CONNECTING)
		step_connecting(a, seen);
	if (a->state == TCP_HANDSHAKE)
		step_handshake(a, ready);
	return (enum tcp_state)a->state;
}

void tcp_attempt_hurry(struct tcp_attempt *a)
{
	struct pollfd p = { .fd = a->fd, .events = POLLOUT };
	struct timespec none = { 0 };
	const struct endpoint *server;
	unsigned count;

	server = config_first_servers(&a->run->config, &count);
	if (a->state == TCP_CONNECTING && a->server < count &&
	    endpoint_is_loopback(&server[a->server]) &&
	    sys(SYS_ppoll, &p, 1, &none, NULL, 0) == 1 && p.revents == POLLOUT)
		tcp_attempt_step(a, POLLOUT);
}

short tcp_attempt_events(const struct tcp_attempt *a)
{
	return a->state == TCP_CONNECTING ||
			       (a->state == TCP_HANDSHAKE &&
				handshake_wants(&a->hs) == HANDSHAKE_WRITE)
		       ? POLLOUT
		       : POLLIN;
}

enum tcp_state tcp_attempt_timed_out(struct tcp_attempt *a)
{
	if (a->state == TCP_CONNECTING) {
		try_next_server(a, ETIMEDOUT);
		return (enum tcp_state)a->state;
	}
	if (a->state == TCP_LINGER) {
		a->state = TCP_DONE;
		return TCP_DONE;
	}
	handshake_timed_out(&a->hs);
	finish(a);
	return (enum tcp_state)a->state;
}

void tcp_attempt_settle(const struct tcp_attempt *a)
{
	struct sockaddr_storage ss;
	const struct endpoint *server;
	unsigned count;

	server = config_first_servers(&a->run->config, &count);
	net_connect(a->fd, (struct sockaddr *)&ss,
		    endpoint_to_sockaddr(&server[a->server], a->family, &ss));
}
