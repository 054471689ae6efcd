/* SPDX-License-Identifier: MIT */
/*
 * Hooks: recv(2), read(2) and their relatives. The kernel carries the data;
 * only a socket whose connection is pending is kept from it, for what comes
 * in then is the proxy's. The _chk forms call the plain ones inside libc,
 * where no hook is: so they are hooks of their own.
 */
#include "libc/libc.h"
#include "preload/gate.h"
#include "preload/memory.h"
#include "preload/state.h"

static SLOW ssize_t recv_pending(int fd, void *buf, size_t n, int flags)
{
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
	GATE_RECV(fd, flags);
	return libc(__recv_chk)(fd, buf, n, size, flags);
}

static SLOW ssize_t recvfrom_pending(int fd, void *buf, size_t n, int flags,
		struct sockaddr *addr, socklen_t *len)
{
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
	GATE_RECV(fd, flags);
	return libc(__recvfrom_chk)(fd, buf, n, size, flags, addr, len);
}

static SLOW ssize_t recvmsg_pending(int fd, struct msghdr *msg, int flags)
{
	if (memory_is_readable(msg, sizeof(*msg)))
		GATE_RECV(fd, flags);
	return libc(recvmsg)(fd, msg, flags);
}

EXPORT ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	PASS(recvmsg, fd, msg, flags);
	return recvmsg_pending(fd, msg, flags);
}

static SLOW int recvmmsg_pending(int fd, struct mmsghdr *msgs, unsigned n,
		int flags, struct timespec *timeout)
{
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
	if (n > 0)
		GATE_RECV(fd, 0);
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
	GATE_RECV(fd, 0);
	return libc(__read_chk)(fd, buf, n, size);
}

static SLOW ssize_t readv_pending(int fd, const struct iovec *iov, int n)
{
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
	if (offset == -1)
		GATE_RECV(fd, (flags & RWF_NOWAIT) != 0 ? MSG_DONTWAIT : 0);
	return libc(preadv2)(fd, iov, n, offset, flags);
}

EXPORT __typeof__(preadv2) preadv64v2 __attribute__((alias("preadv2")));
