/* SPDX-License-Identifier: MIT */
#include "guard/connect.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guard/flow.h"
#include "guard/job.h"
#include "guard/notify.h"
#include "guard/park.h"
#include "guard/tracee.h"
#include "libc/net.h"
#include "policy/destination.h"
#include "policy/dns_stub.h"
#include "sock/kind.h"
#include "sock/report.h"
#include "sock/tcp_connect.h"
#include "sock/wait.h"

#ifndef TCP_FASTOPEN_CONNECT
#define TCP_FASTOPEN_CONNECT 30
#endif

/* What is to be done with a socket. */
struct connecting {
	int fd;
	socklen_t len;
	struct sockaddr_storage addr; /* as the program gave it */
	struct destination d;
};

struct connect_job {
	struct job job; /* first */
	struct connecting c;
};

static bool is_worth_another(int r)
{
	return r == -ECONNREFUSED || r == -ENETUNREACH || r == -EHOSTUNREACH ||
	       r == -ETIMEDOUT;
}

/* A name under a direct rule: its real addresses, one after the other. */
static int connect_direct(struct run *run, const struct connecting *c)
{
	struct sockaddr_storage ss;
	int r = -EHOSTUNREACH;

	if (c->d.nreal == 0)
		r = net_connect(c->fd, (const struct sockaddr *)&c->addr,
				c->len);
	for (unsigned i = 0; i < c->d.nreal; i++) {
		struct endpoint real = c->d.real[i];
		socklen_t n;

		real.port = c->d.asked.port;
		n = endpoint_to_sockaddr(&real, c->addr.ss_family, &ss);
		if (n == 0)
			continue;
		r = net_connect(c->fd, (struct sockaddr *)&ss, n);
		if (!is_worth_another(r))
			break;
	}
	report_direct(run, &c->d.target, -r);
	return r;
}

/*
 * A first send that would have to carry the request is none that a proxy
 * understands: connect(2) is to connect.
 */
static void connect_at_once(int fd)
{
	int off = 0;

	setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &off, sizeof(off));
}

static int64_t run_direct(struct job *job)
{
	const struct connecting *c = &((struct connect_job *)job)->c;
	int r;

	do
		r = connect_direct(job->q.run, c);
	while (r == -EINTR && !job_is_cut(job));
	/* It would go on by itself, and the next connect(2) say EALREADY. */
	if (job_is_cut(job) && r != -EISCONN)
		tcp_disconnect(c->fd);
	close(c->fd);
	return r;
}

/*
 * In place, on the program's own socket. One that does not wait, but cannot be
 * parked, is kept waiting, too, and then connected at once.
 */
static int64_t run_proxied(struct job *job)
{
	const struct connecting *c = &((struct connect_job *)job)->c;
	int r;

	for (;;) {
		r = sock_tcp_connect(job->q.run, c->fd, c->addr.ss_family,
				     &c->d.target, &c->d.asked, job_wait, job);
		/* A signal that was meant for the job before this one. */
		if (r != -EINTR || job_is_cut(job))
			break;
		tcp_disconnect(c->fd);
	}
	if (job_is_cut(job) && r != -EISCONN && r != -EALREADY)
		tcp_disconnect(c->fd);
	/* An address of another family: the kernel names the error. */
	if (r == -EAFNOSUPPORT && !tcp_is_family(c->fd, c->addr.ss_family))
		r = net_connect(c->fd, (const struct sockaddr *)&c->addr,
				c->len);
	close(c->fd);
	return r;
}

static void submit(const struct question *q, const struct connecting *c,
		   int64_t (*run)(struct job *))
{
	struct connect_job *job = calloc(1, sizeof(*job));

	if (job == NULL) {
		close(c->fd);
		notify_answer(q->listener, q->id, -ENOBUFS);
		return;
	}
	job->job.q = *q;
	job->job.run = run;
	job->c = *c;
	job_submit(&job->job);
}

static void answer(const struct question *q, const struct connecting *c, int r)
{
	close(c->fd);
	notify_answer(q->listener, q->id, r);
}

static void refuse(const struct question *q, const struct connecting *c,
		   int error)
{
	report_refused(q->run, &c->d.target, error, " refused: ");
	answer(q, c, -error);
}

static struct tracee_socket socket_of(const struct question *q, int fd)
{
	struct tracee_socket s = {.tid = q->tid, .fd = q->call.fd};

	tcp_option(fd, SOL_SOCKET, SO_COOKIE, &s.cookie, sizeof(s.cookie));
	return s;
}

static void connect_proxied(const struct question *q,
			    const struct connecting *c)
{
	const struct tracee_socket from = socket_of(q, c->fd);
	int r = PARK_CANNOT;

	connect_at_once(c->fd);
	if (tcp_is_nonblocking(c->fd))
		r = park_connect(q->run, c->fd, &from, c->addr.ss_family,
				 &c->d.target);
	if (r == PARK_CANNOT)
		submit(q, c, run_proxied);
	else
		answer(q, c, r);
}

static void connect_tcp(const struct question *q, const struct connecting *c)
{
	switch (c->d.verdict.route) {
	case ROUTE_DIRECT:
		if (tcp_is_nonblocking(c->fd))
			answer(q, c, connect_direct(q->run, c));
		else
			submit(q, c, run_direct);
		return;
	case ROUTE_REFUSE:
		refuse(q, c, c->d.verdict.error);
		return;
	case ROUTE_PROXY:
		connect_proxied(q, c);
		return;
	}
}

static void connect_udp(const struct question *q, const struct connecting *c)
{
	const bool stub = dns_stub_place(&q->run->config, &c->d) !=
			  DNS_STUB_NOT;
	struct tracee_socket from;

	if (c->d.verdict.route == ROUTE_DIRECT &&
	    c->d.verdict.judge != JUDGED_PROXY_ITSELF) {
		flow_drop(c->fd);
		answer(q, c, connect_direct(q->run, c));
	} else if (c->d.verdict.route == ROUTE_REFUSE && !stub) {
		refuse(q, c, c->d.verdict.error);
	} else if (c->d.verdict.route == ROUTE_DIRECT ||
		   (q->run->config.udp_blocked && !stub)) {
		refuse(q, c, ENETUNREACH);
	} else {
		from = socket_of(q, c->fd);
		answer(q, c,
		       flow_connect(q->run, c->fd, &from, c->addr.ss_family,
				    &c->d));
	}
}

static int question_read(const struct question *q, struct connecting *c)
{
	if (q->call.addr_len < 0 ||
	    (size_t)q->call.addr_len > sizeof(c->addr))
		return -EINVAL;
	c->len = (socklen_t)q->call.addr_len;
	return c->len > 0 ? tracee_read(q->tid, q->call.addr, &c->addr, c->len)
			  : 0;
}

void connect_question(const struct question *q, int fd, int kind)
{
	struct connecting c = {.fd = fd};
	int err = question_read(q, &c);

	if (err != 0) {
		answer(q, &c, err);
		return;
	}
	if (!notify_is_valid(q->listener, q->id)) {
		close(fd);
		return;
	}
	if (!destination_is_inet((struct sockaddr *)&c.addr, c.len)) {
		/* AF_UNSPEC ends a connection; the rest leads nowhere. */
		sock_forget_peer(q->run, fd);
		flow_drop(fd);
		answer(q, &c,
		       net_connect(fd, (struct sockaddr *)&c.addr, c.len));
		return;
	}
	destination_judge(&c.d, q->run, (struct sockaddr *)&c.addr, c.len,
			  (uint32_t)(sock_now_ms() / 1000));
	if (kind == SOCK_TCP)
		connect_tcp(q, &c);
	else if (kind == SOCK_UDP)
		connect_udp(q, &c);
	else
		refuse(q, &c,
		       c.d.verdict.route == ROUTE_REFUSE ? c.d.verdict.error
							 : ENETUNREACH);
}
