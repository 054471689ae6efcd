/* SPDX-License-Identifier: MIT */
#include "preload/tcp_stub.h"

#include <errno.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "libc/net.h"
#include "libc/sys.h"
#include "policy/dns_stub.h"
#include "preload/conn.h"
#include "sock/dns_stream.h"
#include "sock/resolve.h"
#include "sock/tcp_attempt.h"
#include "sock/udp_address.h"

enum {
	QUERY_MAX = 4096,
	IDLE_S = 10,
	ACCEPT_MS = 1000, /* both ends are in the same kernel */
	STACK_SIZE = 128 * 1024,
	STACK_SIZE_MAX = 128 * 1024 * 1024,
	SET_SIZE = 8, /* octets of the kernel's sigset_t */
};

static _Atomic int connections; /* of @counted: forks begin anew */
static _Atomic pid_t counted;

enum {
	STARTING, /* the fd is the caller's */
	STARTED,  /* the thread has one of its own */
	FAILED,
};

struct start {
	struct run *run;
	int fd;
	_Atomic uint32_t state; /* a futex */
};

static void serve(struct run *run, int fd)
{
	uint8_t query[QUERY_MAX], answer[DNS_STUB_ANSWER_MAX];
	ssize_t n;

	for (;;) {
		n = dns_stream_receive(fd, query, sizeof(query));
		if (n < 0 || n > QUERY_MAX)
			return;
		n = resolve_stub(run, query, (size_t)n, answer, sizeof(answer),
				 true);
		if (n <= 0 || !dns_stream_send(fd, answer, (size_t)n))
			return;
	}
}

/* Nothing but @fd is open in this thread from now on. */
static bool keep_only(int fd)
{
	return sys(SYS_unshare, CLONE_FILES) == 0 &&
	       (fd == 0 || sys(SYS_close_range, 0, fd - 1, 0) == 0) &&
	       sys(SYS_close_range, fd + 1, UINT_MAX, 0) == 0;
}

static void *thread(void *arg)
{
	struct start *start = arg;
	struct run *run = start->run;
	int fd = start->fd;
	bool good = keep_only(fd);

	/* After that the caller goes on, and @start is no more. */
	atomic_store(&start->state, good ? STARTED : FAILED);
	sys(SYS_futex, &start->state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	if (good) {
		serve(run, fd);
		/* A child of a fork may hold the program's end of it, too. */
		sys(SYS_shutdown, fd, SHUT_RDWR);
		sys_close(fd);
	}
	connections--;
	return NULL;
}

static int create(struct start *start)
{
	size_t size = STACK_SIZE;
	pthread_attr_t attr;
	pthread_t id;
	int r = pthread_attr_init(&attr);

	if (r != 0)
		return r;
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	/* The program's thread-local variables have a place there, too. */
	do {
		pthread_attr_setstacksize(&attr, size);
		r = pthread_create(&id, &attr, thread, start);
	} while (r == EINVAL && (size *= 4) <= STACK_SIZE_MAX);
	pthread_attr_destroy(&attr);
	return r;
}

/* @fd stays the caller's. */
static bool serve_in_thread(struct run *run, int fd)
{
	/* But for libc's own two: setuid(2) needs every thread's answer. */
	uint64_t all = ~((uint64_t)3 << 31), old;
	struct start start = { .run = run, .fd = fd };
	int r;

	if (counted != getpid()) {
		counted = getpid();
		connections = 0;
	}
	if (++connections > TCP_STUB_MAX) {
		connections--;
		return false;
	}
	sys(SYS_rt_sigprocmask, SIG_SETMASK, &all, &old, SET_SIZE);
	r = create(&start);
	while (r == 0 && atomic_load(&start.state) == STARTING)
		sys(SYS_futex, &start.state, FUTEX_WAIT_PRIVATE, STARTING, NULL,
		    NULL, 0);
	sys(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, SET_SIZE);
	if (r != 0)
		connections--;
	return r == 0 && start.state == STARTED;
}

/* Where one connection is waited for: -1, or a socket and @at. */
static int listen_at(const char *loopback, union udp_address *at)
{
	struct endpoint ep = { .port = 0 };
	socklen_t len = sizeof(*at);
	int fd;

	endpoint_parse_host(&ep, loopback, strlen(loopback));
	if (!udp_address_of(at, &ep,
			    ep.kind == ENDPOINT_IPV4 ? AF_INET : AF_INET6))
		return -1;
	fd = net_socket(at->sa.sa_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (sys(SYS_bind, fd, at, udp_address_len(at)) < 0 ||
	    sys(SYS_listen, fd, 1) < 0 ||
	    sys(SYS_getsockname, fd, at, &len) < 0) {
		sys_close(fd);
		return -1;
	}
	return fd;
}

/* Return: the other end of @fd, and of nobody else's; or -1 */
static int accept_from(int listener, int fd)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };
	struct timespec patience = { .tv_sec = ACCEPT_MS / 1000 };
	struct timeval idle = { .tv_sec = IDLE_S };
	union udp_address own, peer;
	struct endpoint here, there;
	socklen_t own_len = sizeof(own), len = sizeof(peer);
	int end;

	sys(SYS_ppoll, &p, 1, &patience, NULL, 0);
	end = (int)sys(SYS_accept4, listener, &peer, &len, SOCK_CLOEXEC);
	if (end < 0)
		return -1;
	if (sys(SYS_getsockname, fd, &own, &own_len) < 0 ||
	    !endpoint_from_sockaddr(&here, &own.sa, own_len) ||
	    !endpoint_from_sockaddr(&there, &peer.sa, len) ||
	    !endpoint_equal(&here, &there)) {
		sys_close(end);
		return -1;
	}
	sys(SYS_setsockopt, end, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle));
	sys(SYS_setsockopt, end, SOL_SOCKET, SO_SNDTIMEO, &idle, sizeof(idle));
	return end;
}

static void note_peer(struct run *run, int fd, const struct endpoint *asked)
{
	uint64_t cookie;

	if (tcp_option(fd, SOL_SOCKET, SO_COOKIE, &cookie, sizeof(cookie)) == 0)
		peers_put(&run->peers, cookie, asked);
}

/* By one listener; @family: @fd's */
static int connect_to(struct run *run, int fd, const struct destination *d,
		      int listener, const union udp_address *at, int family)
{
	union udp_address to;
	struct endpoint ep;
	bool served;
	int r, end;

	if (!endpoint_from_sockaddr(&ep, &at->sa, udp_address_len(at)) ||
	    !udp_address_of(&to, &ep, family))
		return -ENETUNREACH;
	r = net_connect(fd, &to.sa, udp_address_len(&to));
	if (r < 0 && r != -EINPROGRESS)
		return r;
	end = accept_from(listener, fd);
	served = end >= 0 && serve_in_thread(run, end);
	if (end >= 0)
		sys_close(end);
	if (!served) {
		tcp_disconnect(fd);
		return -ENETUNREACH;
	}
	note_peer(run, fd, &d->asked);
	return r;
}

int tcp_stub_connect(struct run *run, int fd, const struct destination *d)
{
	bool six = d->asked.kind == ENDPOINT_IPV6;
	int family = AF_INET, listener, r;
	union udp_address at;

	if (!conn_table_is_ours()) /* vfork: the thread would be the parent's */
		return -ENETUNREACH;
	tcp_option(fd, SOL_SOCKET, SO_DOMAIN, &family, sizeof(family));
	if (six && family != AF_INET6)
		return -EAFNOSUPPORT;
	listener = listen_at(six ? "::1" : "127.0.0.1", &at);
	if (listener < 0 && six)
		listener = listen_at("127.0.0.1", &at);
	if (listener < 0)
		return -ENETUNREACH;
	r = connect_to(run, fd, d, listener, &at, family);
	sys_close(listener);
	return r;
}
