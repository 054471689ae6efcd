/* SPDX-License-Identifier: MIT */
#include "guard/send.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "guard/flow.h"
#include "guard/notify.h"
#include "guard/tracee.h"
#include "libc/net.h"
#include "policy/destination.h"
#include "sock/kind.h"
#include "sock/report.h"
#include "sock/tcp_attempt.h"
#include "sock/wait.h"

/* The longest datagram, and one octet more, for the kernel to refuse. */
#define DATA_MAX    65536
#define CONTROL_MAX 1024
#define IOV_COUNT   1024 /* UIO_MAXIOV of the kernel */
#define ROOM_MS	    100

/* The kernel may do it as it stands: no address of the network is in it. */
#define SEND_CONTINUE INT64_MIN

/* For the one thread that answers. */
static char data[DATA_MAX];

/* A message, and where it is meant to go. */
struct outgoing {
	struct call_msg msg;
	struct sockaddr_storage addr;
	socklen_t len; /* 0: it names nobody */
	struct destination d;
};

static int read_memory(void *arg, uint64_t from, void *to, size_t n)
{
	return tracee_read(((const struct question *)arg)->tid, from, to, n);
}

static int append(const struct question *q, uint64_t base, uint64_t len,
		  size_t *n)
{
	int err = 0;

	if (len > sizeof(data) - *n)
		return -EMSGSIZE;
	if (len > 0)
		err = tracee_read(q->tid, base, data + *n, len);
	*n += len;
	return err;
}

/* The octets of a message, one after the other, in @data */
static int gather(const struct question *q, const struct call_msg *msg,
		  size_t *n)
{
	int err = 0;

	*n = 0;
	if (q->call.kind == CALL_SENDTO)
		return append(q, q->call.buf, q->call.len, n);
	if (msg->iovlen > IOV_COUNT)
		return -EMSGSIZE;
	for (size_t i = 0; i < msg->iovlen && err == 0; i++) {
		uint64_t base, len;

		err = call_iov_read(msg, &q->call, i, &base, &len, read_memory,
				    (void *)(uintptr_t)q);
		if (err == 0)
			err = append(q, base, len, n);
	}
	return err;
}

/*
 * A socket that waits is waited for a moment only, for others wait for us.
 * What a full buffer loses then is a datagram, as on any way.
 */
static ssize_t send_on(int fd, const struct msghdr *msg, int flags)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	ssize_t r = net_sendmsg(fd, msg, flags | MSG_DONTWAIT | MSG_NOSIGNAL);

	if (r != -EAGAIN || (flags & MSG_DONTWAIT) != 0 ||
	    tcp_is_nonblocking(fd) || poll(&p, 1, ROOM_MS) != 1)
		return r;
	return net_sendmsg(fd, msg, flags | MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* The address that @o is to be sent to, where names are direct */
static int substitute_real(struct outgoing *o)
{
	struct endpoint real = o->d.real[0];

	real.port = o->d.asked.port;
	o->len = endpoint_to_sockaddr(&real, o->addr.ss_family, &o->addr);
	return o->len > 0 ? 0 : -EHOSTUNREACH;
}

static int64_t send_copy(const struct question *q, int fd, struct outgoing *o)
{
	const struct call_msg *msg = &o->msg;
	char control[CONTROL_MAX];
	struct iovec iov = {.iov_base = data};
	struct msghdr own = {
		.msg_name = o->len > 0 ? &o->addr : NULL,
		.msg_namelen = o->len,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	int err = gather(q, msg, &iov.iov_len);

	if (err != 0)
		return err;
	if (msg->controllen > 0) {
		/* A 32-bit process' headers in it are of another form. */
		if (q->call.compat || msg->controllen > sizeof(control))
			return -ENOBUFS;
		err = tracee_read(q->tid, msg->control, control,
				  msg->controllen);
		if (err != 0)
			return err;
		own.msg_control = control;
		own.msg_controllen = msg->controllen;
	}
	if (!notify_is_valid(q->listener, q->id))
		return -EINTR;
	return send_on(fd, &own, q->call.flags);
}

/* Where does it go? Return: 0, SEND_CONTINUE or -errno */
static int64_t judge(const struct question *q, int fd, int kind,
		     struct outgoing *o)
{
	const int len = o->msg.namelen;
	int err, error;

	o->len = 0;
	o->d.nreal = 0;
	if (o->msg.name == 0 || len == 0)
		return SEND_CONTINUE;
	if (len < 0 || (size_t)len > sizeof(o->addr))
		return -EINVAL;
	memset(&o->addr, 0, sizeof(o->addr));
	err = tracee_read(q->tid, o->msg.name, &o->addr, (size_t)len);
	if (err != 0)
		return err;
	o->len = (socklen_t)len;
	/* UDP over IPv4 takes AF_UNSPEC for AF_INET. */
	if (o->addr.ss_family == AF_UNSPEC)
		o->addr.ss_family = AF_INET;
	if (!destination_is_inet((struct sockaddr *)&o->addr, o->len))
		return o->len < sizeof(o->addr.ss_family) ? -EINVAL
							  : -EAFNOSUPPORT;
	destination_judge(&o->d, q->run, (struct sockaddr *)&o->addr, o->len,
			  (uint32_t)(sock_now_ms() / 1000));
	if (kind == SOCK_UDP && o->d.verdict.route == ROUTE_DIRECT &&
	    o->d.verdict.judge != JUDGED_PROXY_ITSELF)
		return o->d.nreal > 0 ? substitute_real(o) : 0;
	/* It names to whom it is connected anyway. */
	if (kind == SOCK_UDP && flow_is_to(fd, &o->d.asked)) {
		o->len = 0;
		return 0;
	}
	error = o->d.verdict.route == ROUTE_REFUSE ? o->d.verdict.error
						   : ENETUNREACH;
	report_refused(q->run, &o->d.target, error, " refused: ");
	return -error;
}

static int64_t send_one(const struct question *q, int fd, int kind,
			struct outgoing *o)
{
	int64_t r = judge(q, fd, kind, o);

	return r == 0 ? send_copy(q, fd, o) : r;
}

static int read_header(const struct question *q, unsigned index,
		       struct outgoing *o)
{
	if (q->call.kind != CALL_SENDTO)
		return call_msg_read(&o->msg, &q->call, index, read_memory,
				     (void *)(uintptr_t)q);
	o->msg = (struct call_msg){
		.name = q->call.addr,
		.namelen = q->call.addr_len,
	};
	return 0;
}

static bool names_nobody(const struct question *q, unsigned count)
{
	struct outgoing o;

	for (unsigned i = 0; i < count; i++)
		if (read_header(q, i, &o) == 0 && o.msg.name != 0)
			return false;
	return true;
}

/* sendmmsg(2): as many as go; an error only if none did */
static int64_t send_many(const struct question *q, int fd, int kind)
{
	unsigned count = q->call.count < IOV_COUNT ? q->call.count : IOV_COUNT;
	unsigned i;
	int64_t r = 0;

	if (names_nobody(q, count))
		return SEND_CONTINUE;
	for (i = 0; i < count; i++) {
		struct outgoing o;
		uint32_t sent;

		r = read_header(q, i, &o);
		if (r == 0)
			r = send_one(q, fd, kind, &o);
		if (r == SEND_CONTINUE) /* to whom it is connected */
			r = send_copy(q, fd, &o);
		if (r < 0)
			break;
		sent = (uint32_t)r;
		tracee_write(q->tid, call_msg_len_at(&q->call, i), &sent,
			     sizeof(sent));
	}
	return i > 0 ? i : r;
}

void send_question(const struct question *q, int fd, int kind)
{
	struct outgoing o;
	int64_t r;

	/*
	 * TCP looks at an address only to connect by it, which it may be told
	 * that it cannot here: whoever tries that then calls connect(2).
	 */
	if (kind == SOCK_TCP)
		r = (q->call.flags & MSG_FASTOPEN) != 0 ? -EOPNOTSUPP
							: SEND_CONTINUE;
	else if (q->call.kind == CALL_SENDMMSG)
		r = send_many(q, fd, kind);
	else {
		r = read_header(q, 0, &o);
		if (r == 0)
			r = send_one(q, fd, kind, &o);
	}
	if (r == SEND_CONTINUE)
		notify_continue(q->listener, q->id);
	else
		notify_answer(q->listener, q->id, r);
}
