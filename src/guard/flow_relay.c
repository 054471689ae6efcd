/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guard/flow_internal.h"
#include "libc/net.h"
#include "sock/udp_associate.h"
#include "sock/wait.h"

#define DATAGRAM_MAX 65536
#define TURN	     64 /* datagrams before others have theirs */
#define DNS_PORT     53

/* Only the loop's thread. */
static uint8_t data[DATAGRAM_MAX];

void flow_relay_end(struct flow *f)
{
	attempt_close(&f->control);
	loop_unwatch(&f->outer);
	if (f->outer.fd >= 0)
		close(f->outer.fd);
	f->outer.fd = -1;
	f->state = FLOW_IDLE;
}

/*
 * Is it from whom the program has connected to? A name's address only the
 * relay knows.
 */
static bool is_from_target(const struct flow *f,
			   const struct datagram_header *h)
{
	return h->source.port == f->target.port &&
	       (f->target.kind == ENDPOINT_NAME ||
		h->source.kind == ENDPOINT_NAME ||
		endpoint_same_host(&h->source, &f->target));
}

static void outer_ready(struct watch *w, uint32_t events)
{
	struct flow *f = (struct flow *)((char *)w -
					 offsetof(struct flow, outer));
	struct datagram_header h;

	(void)events;
	for (int i = 0; i < TURN; i++) {
		ssize_t n = recv(w->fd, data, sizeof(data), 0), r;

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0 && errno == ECONNREFUSED) { /* no relay any more */
			flow_relay_end(f);
			loop_watch(&f->inner, EPOLLIN);
			return;
		}
		if (n <= 0 || !datagram_get_header(data, (size_t)n, &h) ||
		    h.position != 0 || !is_from_target(f, &h))
			continue;
		r = net_sendto(f->inner.fd, data + h.length,
			       (size_t)n - h.length, MSG_NOSIGNAL, NULL, 0);
		if (r == -ECONNREFUSED) { /* the program's socket is gone */
			flow_lose(f);
			return;
		}
	}
}

/* The proxy has nothing to say there but that it is over. */
static void control_ready(struct watch *w, uint32_t events)
{
	struct flow *f = (struct flow *)w;

	(void)events;
	if (udp_associate_stands(w->fd))
		return;
	flow_relay_end(f);
	loop_watch(&f->inner, EPOLLIN);
}

static int open_outer(struct flow *f)
{
	static const int families[] = {AF_INET, AF_INET6};
	union udp_address relay;

	for (size_t i = 0; i < 2; i++) {
		int fd, r;

		if (!udp_associate_relay(&f->control.tcp, families[i], &relay))
			continue;
		fd = net_socket(families[i],
				SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd < 0)
			return fd;
		r = net_connect(fd, &relay.sa, udp_address_len(&relay));
		if (r == 0)
			return fd;
		close(fd);
	}
	return -ENETUNREACH;
}

static void fail(struct flow *f)
{
	int fd;

	flow_relay_end(f);
	/* A name server can be asked by TCP. */
	if (f->target.port == DNS_PORT) {
		f->way = FLOW_QUERY;
		if (loop_watch(&f->inner, EPOLLIN) == 0)
			return;
	}
	/*
	 * Nobody is there: ECONNREFUSED at the program's next call, for which
	 * the kernel has to be told once more, for the program may only wait.
	 */
	loop_unwatch(&f->inner);
	close(f->inner.fd);
	f->inner.fd = -1;
	fd = tracee_socket_again(&f->from);
	if (fd >= 0) {
		net_sendto(fd, "", 0, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
		close(fd);
	}
	flow_lose(f);
}

static void control_done(struct attempt *a, int error)
{
	struct flow *f = (struct flow *)a;

	if (error == 0)
		f->outer.fd = open_outer(f);
	if (error != 0 || f->outer.fd < 0) {
		fail(f);
		return;
	}
	f->outer.ready = outer_ready;
	a->watch.ready = control_ready;
	f->state = FLOW_STANDS;
	if (loop_watch(&f->outer, EPOLLIN) != 0 ||
	    loop_watch(&a->watch, EPOLLIN | EPOLLRDHUP) != 0 ||
	    loop_watch(&f->inner, EPOLLIN) != 0)
		flow_lose(f);
}

static void begin(struct flow *f)
{
	loop_unwatch(&f->inner); /* what comes waits there */
	f->state = FLOW_PENDING;
	f->control.done = control_done;
	if (f->run->config.udp_blocked)
		fail(f);
	else
		attempt_associate(&f->control, f->run);
}

void flow_relay_pump(struct flow *f)
{
	struct iovec iov[2] = {{f->header, f->header_len}, {data, 0}};
	const struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};

	if (f->state == FLOW_IDLE) {
		begin(f);
		return;
	}
	for (int i = 0; i < TURN; i++) {
		ssize_t n = recv(f->inner.fd, data, sizeof(data), 0);

		if (n < 0 && errno == ECONNREFUSED)
			flow_lose(f);
		if (n < 0)
			return;
		f->used_at = sock_now_ms();
		iov[1].iov_len = (size_t)n;
		/* What does not fit is lost, as on any link. */
		net_sendmsg(f->outer.fd, &msg, MSG_NOSIGNAL);
	}
}
