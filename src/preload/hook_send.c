/* SPDX-License-Identifier: MIT */
/*
 * Hooks: send(2), write(2), sendfile(2), splice(2) and their relatives. A send
 * without an address goes where the socket is connected to, which has been
 * judged; one with an address is judged here. MSG_FASTOPEN makes it a connect.
 * A socket whose connection is pending takes nothing yet (gate.h). Datagrams
 * are another matter from here on (udp.h).
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>

#include "libc/libc.h"
#include "libc/net.h"
#include "preload/gate.h"
#include "preload/memory.h"
#include "preload/outgoing.h"
#include "preload/state.h"

static SLOW ssize_t send_pending(int fd, const void *buf, size_t n, int flags)
{
	DATAGRAM(fd, udp_send_octets(fd, buf, n, flags, NULL, 0));
	GATE_SEND(fd, flags);
	return libc(send)(fd, buf, n, flags);
}

EXPORT ssize_t send(int fd, const void *buf, size_t n, int flags)
{
	PASS(send, fd, buf, n, flags);
	return send_pending(fd, buf, n, flags);
}

EXPORT __typeof__(send) __send __attribute__((alias("send")));

static SLOW ssize_t write_pending(int fd, const void *buf, size_t n)
{
	DATAGRAM(fd, udp_send_octets(fd, buf, n, 0, NULL, 0));
	GATE_SEND(fd, 0);
	return libc(write)(fd, buf, n);
}

EXPORT ssize_t write(int fd, const void *buf, size_t n)
{
	PASS(write, fd, buf, n);
	return write_pending(fd, buf, n);
}

EXPORT __typeof__(write) __write __attribute__((alias("write")));

/* Iovecs that cannot be read are the kernel's to refuse. */
static ssize_t send_iov(int fd, const struct iovec *iov, int n, int flags)
{
	struct msghdr msg = {
		.msg_iov = (struct iovec *)(uintptr_t)iov,
		.msg_iovlen = (size_t)n,
	};

	if (!memory_is_readable(iov, msg.msg_iovlen * sizeof(*iov)))
		return -EFAULT;
	return udp_sendmsg(fd, &msg, flags);
}

static SLOW ssize_t writev_pending(int fd, const struct iovec *iov, int n)
{
	if (n >= 0 && n <= IOV_MAX) { /* EINVAL comes first */
		DATAGRAM(fd, send_iov(fd, iov, n, 0));
		GATE_SEND(fd, 0);
	}
	return libc(writev)(fd, iov, n);
}

EXPORT ssize_t writev(int fd, const struct iovec *iov, int n)
{
	PASS(writev, fd, iov, n);
	return writev_pending(fd, iov, n);
}

/* At offset -1 it is writev(2) with flags. */
EXPORT ssize_t pwritev2(int fd, const struct iovec *iov, int n, off_t offset,
			int flags)
{
	int as = (flags & RWF_NOWAIT) != 0 ? MSG_DONTWAIT : 0;

	if (offset == -1 && n >= 0 && n <= IOV_MAX) {
		DATAGRAM(fd, send_iov(fd, iov, n, as));
		GATE_SEND(fd, as);
	}
	return libc(pwritev2)(fd, iov, n, offset, flags);
}

EXPORT __typeof__(pwritev2) pwritev64v2 __attribute__((alias("pwritev2")));

EXPORT ssize_t sendfile(int out, int in, off_t *offset, size_t n)
{
	GATE_SEND(out, 0);
	if (udp_has_headers(out)) { /* who is refused reads and writes */
		errno = EINVAL;
		return -1;
	}
	return libc(sendfile)(out, in, offset, n);
}

EXPORT __typeof__(sendfile) sendfile64 __attribute__((alias("sendfile")));

EXPORT ssize_t splice(int in, off64_t *in_off, int out, off64_t *out_off,
		      size_t n, unsigned flags)
{
	/* SPLICE_F_NONBLOCK is about the pipe alone. */
	GATE_RECV(in, 0);
	GATE_SEND(out, 0);
	if (udp_has_headers(in) || udp_has_headers(out)) {
		errno = EINVAL;
		return -1;
	}
	return libc(splice)(in, in_off, out, out_off, n, flags);
}

EXPORT ssize_t sendto(int fd, const void *buf, size_t n, int flags,
		      const struct sockaddr *addr, socklen_t len)
{
	int r;

	DATAGRAM(fd, udp_send_octets(fd, buf, n, flags, addr, len));
	GATE_SEND(fd, flags);
	if (addr == NULL)
		return libc(sendto)(fd, buf, n, flags, addr, len);
	r = outgoing_send(fd, addr, len, flags);
	if (r == OUTGOING_DATAGRAM)
		return hook_result(
			udp_send_octets(fd, buf, n, flags, addr, len));
	if (r == OUTGOING_PASS)
		return hook_result(net_sendto(fd, buf, n, flags, addr, len));
	if (r == OUTGOING_CONNECT)
		r = outgoing_connect(fd, addr, len);
	if (r < 0)
		return hook_result(r);
	return libc(send)(fd, buf, n, flags & ~MSG_FASTOPEN);
}

/* All that msghdr points to, but for the octets themselves */
static bool is_whole(const struct msghdr *msg)
{
	return memory_is_readable(msg, sizeof(*msg)) &&
	       msg->msg_iovlen <= IOV_MAX &&
	       memory_is_readable(msg->msg_iov,
				  msg->msg_iovlen * sizeof(*msg->msg_iov)) &&
	       memory_is_readable(msg->msg_control, msg->msg_controllen);
}

/* Is there an address that has to be judged? */
static bool is_addressed(const struct msghdr *msg)
{
	return memory_is_readable(msg, sizeof(*msg)) &&
	       unlikely(msg->msg_name != NULL);
}

static ssize_t send_addressed(int fd, const struct msghdr *msg, int flags)
{
	struct msghdr plain = *msg;
	int r = outgoing_send(fd, msg->msg_name, msg->msg_namelen, flags);

	if (r == OUTGOING_PASS)
		return net_sendmsg(fd, msg, flags);
	if (r == OUTGOING_DATAGRAM && !is_whole(msg))
		return msg->msg_iovlen > IOV_MAX ? -EMSGSIZE : -EFAULT;
	if (r == OUTGOING_DATAGRAM)
		return udp_sendmsg(fd, msg, flags);
	if (r == OUTGOING_CONNECT)
		r = outgoing_connect(fd, msg->msg_name, msg->msg_namelen);
	if (r < 0)
		return r;
	plain.msg_name = NULL;
	plain.msg_namelen = 0;
	return net_sendmsg(fd, &plain, flags & ~MSG_FASTOPEN);
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	if (udp_concerns(fd) && is_whole(msg))
		DATAGRAM(fd, udp_sendmsg(fd, msg, flags));
	if (memory_is_readable(msg, sizeof(*msg)))
		GATE_SEND(fd, flags);
	return hook_result(is_addressed(msg) ? send_addressed(fd, msg, flags)
					     : net_sendmsg(fd, msg, flags));
}

/*
 * A batch stays a batch up to the first message that has to be judged and
 * does not simply pass; that one then makes a call of its own. A short count
 * is what sendmmsg(2) allows at any time.
 */
EXPORT int sendmmsg(int fd, struct mmsghdr *msgs, unsigned n, int flags)
{
	unsigned i = 0;
	ssize_t r;

	if (udp_concerns(fd)) {
		while (i < n && i < IOV_MAX && is_whole(&msgs[i].msg_hdr))
			i++;
		if (i > 0)
			DATAGRAM(fd, udp_sendmmsg(fd, msgs, i, flags));
	}
	GATE_SEND(fd, flags);
	for (i = 0; i < n; i++) {
		/* Not by way of its member: it need not be there. */
		const struct msghdr *m = (const struct msghdr *)&msgs[i];

		if (is_addressed(m) &&
		    outgoing_send(fd, m->msg_name, m->msg_namelen, flags) !=
			    OUTGOING_PASS)
			break;
	}
	if (i > 0 || n == 0) /* what cannot be read is not addressed */
		return (int)hook_result(net_sendmmsg(fd, msgs, i, flags));
	r = send_addressed(fd, &msgs[0].msg_hdr, flags);
	if (r < 0)
		return (int)hook_result(r);
	msgs[0].msg_len = (unsigned)r;
	return 1;
}
