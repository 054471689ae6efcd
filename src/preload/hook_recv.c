/* SPDX-License-Identifier: MIT */
/*
 * Hooks: recv(2), read(2) and their relatives. The kernel carries the data;
 * only a socket whose connection is pending is kept from it, for what comes
 * in then is the proxy's. The _chk forms call the plain ones inside libc,
 * where no hook is: so they are hooks of their own.
 */
#include <limits.h>

#include "libc/libc.h"
#include "preload/gate.h"
#include "preload/memory.h"
#include "preload/state.h"
#include "preload/udp_exec.h"

static SLOW ssize_t recv_pending(int fd, void *buf, size_t n, int flags)
{
	DATAGRAM(fd, udp_recv_octets(fd, buf, n, flags, NULL, NULL));
	if ((flags & MSG_OOB) == 0) /* there is none yet: EINVAL */
		GATE_RECV(fd, flags);
	return libc(recv)(fd, buf, n, flags);
}

EXPORT ssize_t recv(int fd, void *buf, size_t n, int flags)
{
	PASS(recv, fd, buf, n, flags);
	return recv_pending(fd, buf, n, flags);
}

EXPORT ssize_t __recv_chk(int fd, void *buf, size_t n, size_t size, int flags)
{
	if (n <= size)
		DATAGRAM(fd, udp_recv_octets(fd, buf, n, flags, NULL, NULL));
	GATE_RECV(fd, flags);
	return libc(__recv_chk)(fd, buf, n, size, flags);
}

/* Is there a place for the sender's address, or none wanted? */
static bool is_room(const struct sockaddr *addr, const socklen_t *len)
{
	return addr == NULL || (memory_is_readable(len, sizeof(*len)) &&
				memory_is_readable(addr, *len));
}

/* All that msghdr points to, but for the octets themselves */
static bool is_whole(const struct msghdr *msg)
{
	return memory_is_readable(msg, sizeof(*msg)) &&
	       msg->msg_iovlen <= IOV_MAX &&
	       memory_is_readable(msg->msg_iov,
				  msg->msg_iovlen * sizeof(*msg->msg_iov)) &&
	       is_room(msg->msg_name, &msg->msg_namelen);
}

static SLOW ssize_t recvfrom_pending(int fd, void *buf, size_t n, int flags,
		struct sockaddr *addr, socklen_t *len)
{
	if (is_room(addr, len))
		DATAGRAM(fd, udp_recv_octets(fd, buf, n, flags, addr, len));
	GATE_RECV(fd, flags);
	return libc(recvfrom)(fd, buf, n, flags, addr, len);
}

EXPORT ssize_t recvfrom(int fd, void *buf, size_t n, int flags,
		struct sockaddr *addr, socklen_t *len)
{
	PASS(recvfrom, fd, buf, n, flags, addr, len);
	return recvfrom_pending(fd, buf, n, flags, addr, len);
}

EXPORT ssize_t __recvfrom_chk(int fd, void *buf, size_t n, size_t size,
			      int flags, struct sockaddr *addr, socklen_t *len)
{
	if (n <= size && is_room(addr, len))
		DATAGRAM(fd, udp_recv_octets(fd, buf, n, flags, addr, len));
	GATE_RECV(fd, flags);
	return libc(__recvfrom_chk)(fd, buf, n, size, flags, addr, len);
}

static SLOW ssize_t recvmsg_pending(int fd, struct msghdr *msg, int flags)
{
	if (udp_concerns(fd) && is_whole(msg))
		DATAGRAM(fd, udp_recvmsg(fd, msg, flags));
	if (memory_is_readable(msg, sizeof(*msg)))
		GATE_RECV(fd, flags);
	return libc(recvmsg)(fd, msg, flags);
}

EXPORT ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	ssize_t r;

	if (unlikely(atomic_load_explicit(&conn_active,
					  memory_order_relaxed) != 0))
		r = recvmsg_pending(fd, msg, flags);
	else
		r = libc(recvmsg)(fd, msg, flags);
	/* What it has brought may be a socket of ours. */
	if (unlikely(r >= 0 && msg->msg_controllen > 0))
		udp_handed_over(msg);
	return r;
}

static SLOW int recvmmsg_pending(int fd, struct mmsghdr *msgs, unsigned n,
		int flags, struct timespec *timeout)
{
	unsigned i = 0;

	if (udp_concerns(fd)) {
		while (i < n && is_whole(&msgs[i].msg_hdr))
			i++;
		if (i > 0)
			DATAGRAM(fd, udp_recvmmsg(fd, msgs, i, flags, timeout));
	}
	GATE_RECV(fd, flags);
	return libc(recvmmsg)(fd, msgs, n, flags, timeout);
}

EXPORT int recvmmsg(int fd, struct mmsghdr *msgs, unsigned n, int flags,
		struct timespec *timeout)
{
	PASS(recvmmsg, fd, msgs, n, flags, timeout);
	return recvmmsg_pending(fd, msgs, n, flags, timeout);
}

static SLOW ssize_t read_pending(int fd, void *buf, size_t n)
{
	if (n > 0) {
		DATAGRAM(fd, udp_recv_octets(fd, buf, n, 0, NULL, NULL));
		GATE_RECV(fd, 0);
	}
	return libc(read)(fd, buf, n);
}

EXPORT ssize_t read(int fd, void *buf, size_t n)
{
	PASS(read, fd, buf, n);
	return read_pending(fd, buf, n);
}

EXPORT __typeof__(read) __read __attribute__((alias("read")));

EXPORT ssize_t __read_chk(int fd, void *buf, size_t n, size_t size)
{
	if (n > 0 && n <= size)
		DATAGRAM(fd, udp_recv_octets(fd, buf, n, 0, NULL, NULL));
	GATE_RECV(fd, 0);
	return libc(__read_chk)(fd, buf, n, size);
}

static ssize_t recv_iov(int fd, const struct iovec *iov, int n, int flags)
{
	struct msghdr msg = {
		.msg_iov = (struct iovec *)(uintptr_t)iov,
		.msg_iovlen = (size_t)n,
	};
	size_t room = 0;

	if (!memory_is_readable(iov, msg.msg_iovlen * sizeof(*iov)))
		return -EFAULT;
	while (n-- > 0)
		room += iov[n].iov_len;
	return room > 0 ? udp_recvmsg(fd, &msg, flags) : 0;
}

static SLOW ssize_t readv_pending(int fd, const struct iovec *iov, int n)
{
	if (n > 0 && n <= IOV_MAX)
		DATAGRAM(fd, recv_iov(fd, iov, n, 0));
	GATE_RECV(fd, 0);
	return libc(readv)(fd, iov, n);
}

EXPORT ssize_t readv(int fd, const struct iovec *iov, int n)
{
	PASS(readv, fd, iov, n);
	return readv_pending(fd, iov, n);
}

/* At offset -1 they are readv(2) with flags. */
EXPORT ssize_t preadv2(int fd, const struct iovec *iov, int n, off_t offset,
		       int flags)
{
	int as = (flags & RWF_NOWAIT) != 0 ? MSG_DONTWAIT : 0;

	if (offset == -1) {
		if (n > 0 && n <= IOV_MAX)
			DATAGRAM(fd, recv_iov(fd, iov, n, as));
		GATE_RECV(fd, as);
	}
	return libc(preadv2)(fd, iov, n, offset, flags);
}

EXPORT __typeof__(preadv2) preadv64v2 __attribute__((alias("preadv2")));
