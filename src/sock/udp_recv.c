/* SPDX-License-Identifier: MIT */
#include <alloca.h>
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "base/compiler.h"
#include "libc/libc.h"
#include "libc/sys.h"
#include "sock/udp_recv.h"

enum {
	IOV_FEW = 16,
	IOV_BATCH = 160, /* of all messages of a batch */
	ENDS = 2,        /* the head and the tail */
};

/* --- what was read, as one row of octets ----------------------------------- */

/*
 * Segments are: the head, the program's buffers, the tail. The rows of two
 * messages may be the same memory.
 */
struct row {
	const struct udp_got *got;
	const struct msghdr *msg;
};

/* The octets at position @at, and how many are together there; 0: the end */
static uint8_t *row_at(const struct row *r, size_t at, size_t *n)
{
	if (r->got->apart != NULL) {
		*n = at < r->got->apart_len ? r->got->apart_len - at : 0;
		return r->got->apart + at;
	}
	if (at < r->got->lead) {
		*n = r->got->lead - at;
		return (uint8_t *)(uintptr_t)r->got->head + at;
	}
	at -= r->got->lead;
	for (size_t i = 0; i < r->msg->msg_iovlen; i++) {
		const struct iovec *v = &r->msg->msg_iov[i];

		if (at < v->iov_len) {
			*n = v->iov_len - at;
			return (uint8_t *)v->iov_base + at;
		}
		at -= v->iov_len;
	}
	*n = at < sizeof(r->got->tail) ? sizeof(r->got->tail) - at : 0;
	return (uint8_t *)(uintptr_t)r->got->tail + at;
}

static size_t capacity(const struct msghdr *msg)
{
	size_t n = 0;

	for (size_t i = 0; i < msg->msg_iovlen; i++)
		n += msg->msg_iov[i].iov_len;
	return n;
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* @n octets from @from on to @to, which lies before it in the same row, or in
 * another */
static void move_down(const struct row *r, size_t from, const struct row *to_r,
		      size_t to, size_t n)
{
	while (n > 0) {
		size_t some, room;
		const uint8_t *src = row_at(r, from, &some);
		uint8_t *dst = row_at(to_r, to, &room);

		some = min(min(some, room), n);
		if (some == 0)
			return;
		memmove(dst, src, some);
		from += some;
		to += some;
		n -= some;
	}
}

/* ... to where another message of the batch begins. */
static void move_over(const struct row *r, size_t from, const struct msghdr *to,
		      size_t n)
{
	struct udp_got none;
	struct row there = { &none, to };

	none.lead = 0;
	none.apart = NULL;
	move_down(r, from, &there, 0, n);
}

/* The same to a place behind @from: from the end on, octet by octet. */
static void move_up(const struct row *r, size_t from, size_t to, size_t n)
{
	size_t some;

	while (n-- > 0)
		*row_at(r, to + n, &some) = *row_at(r, from + n, &some);
}

/* --- reading --------------------------------------------------------------- */

static void begin(struct udp_got *got, struct msghdr *in, struct iovec *iov,
		  const struct msghdr *msg, size_t lead)
{
	size_t n = 0;

	got->lead = lead;
	got->apart = NULL;
	*in = *msg;
	if (lead > 0) {
		iov[n].iov_base = got->head;
		iov[n++].iov_len = lead;
	}
	memcpy(iov + n, msg->msg_iov, msg->msg_iovlen * sizeof(*iov));
	n += msg->msg_iovlen;
	iov[n].iov_base = got->tail;
	iov[n++].iov_len = sizeof(got->tail);
	in->msg_iov = iov;
	in->msg_iovlen = n;
	in->msg_name = &got->from;
	in->msg_namelen = sizeof(got->from);
	got->from.sa.sa_family = AF_UNSPEC;
}

static void end(struct udp_got *got, const struct msghdr *in, size_t length)
{
	got->length = length;
	got->flags = in->msg_flags;
	got->controllen = in->msg_controllen;
	if (in->msg_namelen == 0)
		got->from.sa.sa_family = AF_UNSPEC;
}

static ssize_t receive(int fd, struct msghdr *in, int flags)
{
	int saved = errno;
	ssize_t r = libc(recvmsg)(fd, in, flags);

	if (r < 0)
		r = -errno;
	errno = saved;
	return r;
}

static int receive_by(int fd, struct udp_got *got, const struct msghdr *msg,
		      size_t lead, int flags, struct iovec *iov)
{
	struct msghdr in;
	ssize_t r;

	begin(got, &in, iov, msg, lead);
	r = receive(fd, &in, flags | MSG_TRUNC);
	if (r < 0)
		return (int)r;
	end(got, &in, (size_t)r);
	return 0;
}

static __attribute__((noinline)) int
receive_many_iov(int fd, struct udp_got *got, const struct msghdr *msg,
		 size_t lead, int flags)
{
	struct iovec *iov = alloca((msg->msg_iovlen + ENDS) * sizeof(*iov));

	return receive_by(fd, got, msg, lead, flags, iov);
}

/*
 * There is no room for two more iovecs: one stands for all of the program's.
 * The kernel copies to those, so that a bad pointer is its EFAULT.
 */
static int receive_joined(int fd, struct udp_got *got, const struct msghdr *msg,
			  size_t lead, int flags)
{
	struct iovec iov[1 + ENDS], joined = { .iov_len = capacity(msg) };
	struct msghdr one = *msg;
	long copied;
	int r;

	joined.iov_len = min(joined.iov_len, USHRT_MAX);
	joined.iov_base = sys_mmap(USHRT_MAX, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (joined.iov_base == MAP_FAILED)
		return -ENOBUFS;
	one.msg_iov = &joined;
	one.msg_iovlen = 1;
	r = receive_by(fd, got, &one, lead, flags, iov);
	if (r == 0 && got->length > lead) {
		joined.iov_len = min(joined.iov_len, got->length - lead);
		copied = sys(SYS_process_vm_writev, getpid(), &joined, 1,
			     msg->msg_iov, msg->msg_iovlen, 0);
		if (copied != (long)joined.iov_len)
			r = -EFAULT;
	}
	sys_munmap(joined.iov_base, USHRT_MAX);
	return r;
}

int udp_receive(int fd, struct udp_got *got, const struct msghdr *msg,
		size_t lead, int flags)
{
	struct iovec iov[IOV_FEW + ENDS];

	if (likely(msg->msg_iovlen <= IOV_FEW))
		return receive_by(fd, got, msg, lead, flags, iov);
	if (msg->msg_iovlen > IOV_MAX)
		return -EMSGSIZE;
	if (msg->msg_iovlen > IOV_MAX - ENDS)
		return receive_joined(fd, got, msg, lead, flags);
	return receive_many_iov(fd, got, msg, lead, flags);
}

int udp_receive_apart(int fd, struct udp_got *got, const struct msghdr *msg,
		      int flags)
{
	/* Only what the program has room for; the tail comes behind it. */
	size_t n = min(capacity(msg), USHRT_MAX) + DATAGRAM_HEADER_MAX;
	struct iovec iov = { sys_mmap(n, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1), n };
	struct msghdr in = *msg;
	ssize_t r;

	if (iov.iov_base == MAP_FAILED)
		return -ENOBUFS;
	in.msg_iov = &iov;
	in.msg_iovlen = 1;
	in.msg_name = &got->from;
	in.msg_namelen = sizeof(got->from);
	got->from.sa.sa_family = AF_UNSPEC;
	got->lead = 0;
	r = receive(fd, &in, flags | MSG_TRUNC);
	if (r < 0) {
		sys_munmap(iov.iov_base, n);
		return (int)r;
	}
	end(got, &in, (size_t)r);
	got->apart = iov.iov_base;
	got->apart_len = n;
	return 0;
}

void udp_got_free(struct udp_got *got)
{
	if (got->apart != NULL)
		sys_munmap(got->apart, got->apart_len);
	got->apart = NULL;
}

int udp_receive_batch(int fd, struct udp_got got[], struct mmsghdr *msgs,
		      unsigned *n, size_t lead, int flags,
		      struct timespec *timeout)
{
	struct mmsghdr in[UDP_RECV_BATCH];
	struct iovec iov[IOV_BATCH];
	size_t used = 0;
	unsigned i;
	int r, saved = errno;

	for (i = 0; i < *n && i < UDP_RECV_BATCH; i++) {
		const struct msghdr *m = &msgs[i].msg_hdr;

		if (used + m->msg_iovlen + ENDS > IOV_BATCH)
			break;
		begin(&got[i], &in[i].msg_hdr, iov + used, m, lead);
		used += in[i].msg_hdr.msg_iovlen;
	}
	*n = i > 0 ? i : 1;
	if (i == 0) {
		r = udp_receive(fd, &got[0], &msgs[0].msg_hdr, lead, flags);
		return r < 0 ? r : 1;
	}
	r = libc(recvmmsg)(fd, in, i, flags | MSG_TRUNC, timeout);
	if (r < 0)
		r = -errno;
	errno = saved;
	for (int k = 0; k < r; k++)
		end(&got[k], &in[k].msg_hdr, in[k].msg_len);
	return r;
}

/* --- giving ---------------------------------------------------------------- */

size_t udp_got_copy(const struct udp_got *got, const struct msghdr *msg,
		    size_t at, uint8_t *to, size_t n)
{
	struct row r = { got, msg };
	size_t done, some;

	for (done = 0; done < n; done += some) {
		const uint8_t *p = row_at(&r, at + done, &some);

		some = min(some, n - done);
		if (some == 0)
			break;
		memcpy(to + done, p, some);
	}
	return done;
}

bool udp_got_header(const struct udp_got *got, const struct msghdr *msg,
		    struct datagram_header *h)
{
	struct row r = { got, msg };
	uint8_t front[DATAGRAM_HEADER_MAX];
	size_t have = min(got->length, sizeof(front)), n;
	const uint8_t *p = row_at(&r, 0, &n);

	if (n >= have)
		return datagram_get_header(p, have, h);
	n = udp_got_copy(got, msg, 0, front, have);
	return datagram_get_header(front, n, h);
}

size_t udp_give_octets(struct msghdr *to, const uint8_t *p, size_t n, int flags)
{
	size_t given = 0;

	for (size_t i = 0; i < to->msg_iovlen && given < n; i++) {
		size_t some = min(to->msg_iov[i].iov_len, n - given);

		memcpy(to->msg_iov[i].iov_base, p + given, some);
		given += some;
	}
	to->msg_controllen = 0;
	to->msg_flags = given < n ? MSG_TRUNC : 0;
	return (flags & MSG_TRUNC) != 0 ? n : given;
}

static void give_control(const struct udp_got *got, const struct msghdr *msg,
			 struct msghdr *to)
{
	size_t n = got->controllen;

	if (to != msg) {
		n = min(n, to->msg_controllen);
		if (n > 0)
			memcpy(to->msg_control, msg->msg_control, n);
	}
	to->msg_controllen = n;
}

size_t udp_got_deliver(const struct udp_got *got, const struct msghdr *msg,
		       struct msghdr *to, size_t header_len, int flags)
{
	struct row from = { got, msg };
	size_t payload = got->length - header_len;
	size_t n = min(payload, capacity(to));

	if (unlikely(to != msg || got->apart != NULL))
		move_over(&from, header_len, to, n);
	else if (header_len > got->lead)
		move_down(&from, header_len, &from, got->lead, n);
	else if (header_len < got->lead)
		move_up(&from, header_len, got->lead, n);
	give_control(got, msg, to);
	to->msg_flags = got->flags & ~MSG_TRUNC;
	if (payload > n)
		to->msg_flags |= MSG_TRUNC;
	return (flags & MSG_TRUNC) != 0 ? payload : n;
}
