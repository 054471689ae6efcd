/* SPDX-License-Identifier: MIT */
/*
 * Queries of a program, answered in the place of its name server. An answer
 * may take a connection by way of the proxy, or past it: each is looked for in
 * a thread of its own.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guard/flow_internal.h"
#include "guard/job.h"
#include "libc/net.h"
#include "policy/dns_stub.h"
#include "sock/dns_query.h"
#include "sock/resolve.h"
#include "socks/dns_message.h"

#define QUERY_MAX  4096
#define ANSWER_MAX 4096
#define TURN	   64

struct query {
	struct job job; /* first */
	int fd;		/* a copy of the flow's inner socket */
	bool over_tcp;
	struct endpoint server;
	size_t n;
	uint8_t message[QUERY_MAX];
};

/*
 * @n: of the server's answer, of which @answer holds what there was room for
 * Return: how much of it the client can be sent by UDP
 */
static size_t cut(const struct query *q, uint8_t *answer, size_t n)
{
	struct dns_question question;

	if (dns_get_query(q->message, q->n, &question) < 0)
		return 0;
	if (n <= question.udp_size && n <= ANSWER_MAX)
		return n;
	return dns_put_truncated(answer, DNS_UDP_MIN, q->message, &question);
}

static int64_t answer_query(struct job *job)
{
	struct query *q = (struct query *)job;
	uint8_t answer[ANSWER_MAX];
	struct run *run = job->q.run;
	ssize_t n;

	_Static_assert(ANSWER_MAX >= DNS_STUB_ANSWER_MAX, "holds either");
	if (q->over_tcp) {
		n = dns_query(run, &q->server, ROUTE_PROXY, q->message, q->n,
			      answer, sizeof(answer));
		if (n > 0)
			n = (ssize_t)cut(q, answer, (size_t)n);
	} else {
		n = resolve_stub(run, q->message, q->n, answer,
				 DNS_STUB_ANSWER_MAX, false);
	}
	if (n > 0)
		net_sendto(q->fd, answer, (size_t)n, MSG_NOSIGNAL, NULL, 0);
	close(q->fd);
	return 0;
}

void flow_dns_pump(struct flow *f)
{
	for (int i = 0; i < TURN; i++) {
		struct query *q = calloc(1, sizeof(*q));
		ssize_t n = -1;

		if (q != NULL)
			n = recv(f->inner.fd, q->message, sizeof(q->message),
				 0);
		if (n <= 0) {
			free(q);
			return;
		}
		q->n = (size_t)n;
		q->over_tcp = f->way == FLOW_QUERY;
		endpoint_copy(&q->server, &f->target);
		q->fd = fcntl(f->inner.fd, F_DUPFD_CLOEXEC, 0);
		q->job.q.listener = -1;
		q->job.q.run = f->run;
		q->job.run = answer_query;
		if (q->fd < 0)
			free(q);
		else
			job_submit(&q->job);
	}
}
