/* SPDX-License-Identifier: MIT */
/*
 * DOC: Theory of operation
 *
 *   program's socket <-> inner | outer <-> the proxy's relay
 *                                control (TCP) to the proxy
 *
 * The program's socket is not kept open: whether it exists still is asked of
 * the kernel, at first often, then seldom. Datagrams that come before the
 * association stands wait in the kernel's buffer of @inner, which is as large
 * as any socket's.
 *
 * Flows are made by the thread that answers calls, and from then on are the
 * loop's; the table, by the cookie of the program's socket, is under a lock.
 */
#include "guard/flow.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guard/alive.h"
#include "guard/flow_internal.h"
#include "guard/loopback.h"
#include "libc/net.h"
#include "policy/dns_stub.h"
#include "sock/wait.h"

#define CHAINS	   1024u
#define LOOK_MS	   500
#define ASK_MS	   2000
#define LINGER_MS  1000	  /* what was sent last gets to the relay */
#define UNKNOWN_MS 180000 /* RFC 4787: no mapping of UDP lasts less than 2' */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct flow *table[CHAINS]; /* under the lock */
static unsigned count;		   /* likewise */

static uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;

	tcp_option(fd, SOL_SOCKET, SO_COOKIE, &cookie, sizeof(cookie));
	return cookie;
}

static struct flow **find(uint64_t cookie)
{
	struct flow **at = &table[cookie % CHAINS];

	while (*at != NULL && ((*at)->cookie != cookie || (*at)->dropped))
		at = &(*at)->next;
	return at;
}

bool flow_is_to(int fd, const struct endpoint *asked)
{
	const struct flow *f;
	bool is;

	pthread_mutex_lock(&lock);
	f = count > 0 ? *find(cookie_of(fd)) : NULL;
	is = f != NULL && endpoint_equal(&f->asked, asked);
	pthread_mutex_unlock(&lock);
	return is;
}

void flow_drop(int fd)
{
	struct flow *f;

	pthread_mutex_lock(&lock);
	f = count > 0 ? *find(cookie_of(fd)) : NULL;
	if (f != NULL)
		f->dropped = true;
	pthread_mutex_unlock(&lock);
}

void flow_lose(struct flow *f)
{
	f->dropped = true;
}

/* A socket of ours at @at, whose port is chosen. */
static int open_inner(struct endpoint *at, union udp_address *here)
{
	int family = at->kind == ENDPOINT_IPV4 ? AF_INET : AF_INET6;
	socklen_t len = sizeof(*here);
	int fd = net_socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			    0);

	if (fd < 0)
		return fd;
	at->port = 0;
	udp_address_of(here, at, family);
	if (bind(fd, &here->sa, udp_address_len(here)) != 0 ||
	    getsockname(fd, &here->sa, &len) != 0) {
		close(fd);
		return -ENETUNREACH;
	}
	endpoint_from_sockaddr(at, &here->sa, len);
	return fd;
}

/* Let the two know each other. Return: as connect(2) of the program's */
static int meet(int fd, int family, struct flow *f)
{
	union udp_address there;
	socklen_t len = sizeof(there);
	struct endpoint ep = {.port = 0};
	int r;

	if (!loopback_for(fd, family, &ep))
		return -ENETUNREACH;
	f->inner.fd = open_inner(&ep, &f->here);
	if (f->inner.fd < 0)
		return f->inner.fd;
	udp_address_of(&there, &ep, family);
	r = net_connect(fd, &there.sa, udp_address_len(&there));
	if (r == 0 && (getsockname(fd, &there.sa, &len) != 0 ||
		       !endpoint_from_sockaddr(&ep, &there.sa, len) ||
		       !udp_address_of(&f->program, &ep, f->here.sa.sa_family)))
		r = -ENETUNREACH;
	return r != 0 ? r
		      : net_connect(f->inner.fd, &f->program.sa,
				    udp_address_len(&f->program));
}

static void inner_ready(struct watch *w, uint32_t events)
{
	struct flow *f = (struct flow *)((char *)w -
					 offsetof(struct flow, inner));

	(void)events;
	if (f->dropped)
		loop_unwatch(w);
	else if (f->way == FLOW_RELAY)
		flow_relay_pump(f);
	else
		flow_dns_pump(f);
}

static void begin(struct post *p)
{
	struct flow *f = (struct flow *)((char *)p -
					 offsetof(struct flow, begin));

	f->begun = true;
	f->inner.ready = inner_ready;
	/* Many only ask which way it would go: no association for these. */
	if (loop_watch(&f->inner, EPOLLIN) != 0)
		flow_lose(f);
}

static void choose_way(struct flow *f, const struct destination *d)
{
	switch (dns_stub_place(&f->run->config, d)) {
	case DNS_STUB_HERE:
		f->way = FLOW_STUB;
		break;
	case DNS_STUB_SERVER:
		endpoint_copy(&f->target, &f->run->config.dns_server);
		break;
	case DNS_STUB_NOT:
		break;
	}
	f->header_len = (uint16_t)datagram_put_header(
		f->header, DATAGRAM_STANDALONE, &f->target);
}

int flow_connect(struct run *run, int fd, const struct tracee_socket *from,
		 int family, const struct destination *d)
{
	struct flow *f = calloc(1, sizeof(*f));
	int r;

	if (f == NULL)
		return -ENOBUFS;
	f->run = run;
	f->way = FLOW_RELAY;
	f->control.watch.fd = f->outer.fd = f->inner.fd = -1;
	f->from = *from;
	f->cookie = from->cookie;
	f->begin.run = begin;
	endpoint_copy(&f->asked, &d->asked);
	endpoint_copy(&f->target, &d->target);
	choose_way(f, d);
	flow_drop(fd);
	r = meet(fd, family, f);
	if (r != 0) {
		if (f->inner.fd >= 0)
			close(f->inner.fd);
		free(f);
		return r;
	}
	f->asked_at = sock_now_ms();
	pthread_mutex_lock(&lock);
	f->next = table[f->cookie % CHAINS];
	table[f->cookie % CHAINS] = f;
	count++;
	pthread_mutex_unlock(&lock);
	if (!loop_post(&f->begin)) {
		f->dropped = true;
		return -ENOBUFS;
	}
	return 0;
}

static bool has_unread(const struct flow *f)
{
	int n = 0;

	return ioctl(f->inner.fd, FIONREAD, &n) == 0 && n > 0;
}

/* Is its socket gone, and what it has sent with it? */
static bool is_over(struct flow *f, uint64_t now)
{
	if (f->dropped)
		return true;
	if (now < f->asked_at + ASK_MS ||
	    (f->way == FLOW_RELAY && has_unread(f)))
		return false;
	f->asked_at = now;
	switch (alive_socket(IPPROTO_UDP, &f->program, &f->here, f->cookie)) {
	case ALIVE_YES:
		return false;
	case ALIVE_NO:
		return true;
	case ALIVE_UNKNOWN:
		break;
	}
	return now > f->used_at + UNKNOWN_MS;
}

bool flow_are_done(void)
{
	uint64_t now = sock_now_ms();
	bool done = true;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < CHAINS && count > 0; i++)
		for (const struct flow *f = table[i]; f != NULL; f = f->next)
			if (f->way == FLOW_RELAY &&
			    (has_unread(f) || now < f->used_at + LINGER_MS))
				done = false;
	pthread_mutex_unlock(&lock);
	return done;
}

static void destroy(struct flow *f)
{
	flow_relay_end(f);
	loop_unwatch(&f->inner);
	if (f->inner.fd >= 0)
		close(f->inner.fd);
	loop_free(f);
}

int flow_tick(uint64_t now)
{
	bool any;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < CHAINS && count > 0; i++) {
		for (struct flow **at = &table[i]; *at != NULL;) {
			struct flow *f = *at;

			if (!f->begun || now < f->used_at + LINGER_MS ||
			    !is_over(f, now)) {
				at = &f->next;
				continue;
			}
			*at = f->next;
			count--;
			destroy(f);
		}
	}
	any = count > 0;
	pthread_mutex_unlock(&lock);
	return any ? LOOK_MS : -1;
}
