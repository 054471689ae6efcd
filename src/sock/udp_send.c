/* SPDX-License-Identifier: MIT */
#include <alloca.h>
#include <errno.h>
#include <limits.h>
#include <netinet/udp.h>
#include <unistd.h>

#include "base/compiler.h"
#include "libc/net.h"
#include "libc/sys.h"
#include "sock/iov_cursor.h"
#include "sock/udp_parts.h"
#include "sock/udp_send.h"

enum {
	IOV_FEW = 16,       /* more than this goes by its own frame */
	IOV_BATCH = 160,    /* of all messages of a batch */
	SEGMENTS_MAX = 64,  /* UDP_MAX_SEGMENTS of every kernel that has it */
	LENGTH_MAX = 65507, /* of one call with UDP_SEGMENT, headers included */
	CONTROL_MAX = 4096,
};

/* The control message that sets UDP_SEGMENT, or NULL */
static struct cmsghdr *find_segment(const struct msghdr *msg)
{
	struct cmsghdr *c;

	if (likely(msg->msg_controllen == 0))
		return NULL;
	for (c = CMSG_FIRSTHDR(msg); c != NULL;
	     c = CMSG_NXTHDR((struct msghdr *)msg, c))
		if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_SEGMENT &&
		    c->cmsg_len == CMSG_LEN(sizeof(uint16_t)))
			return c;
	return NULL;
}

static uint16_t segment_of(const struct udp_way *way, const struct msghdr *msg)
{
	const struct cmsghdr *c = find_segment(msg);
	uint16_t segment = way->segment;

	if (unlikely(c != NULL))
		memcpy(&segment, CMSG_DATA(c), sizeof(segment));
	return segment;
}

static void put_name(struct msghdr *out, const struct udp_way *way)
{
	out->msg_namelen = udp_address_len(&way->to);
	out->msg_name = out->msg_namelen > 0 ? (void *)(uintptr_t)&way->to.sa
					     : NULL;
}

/* @out: as @msg, but [header][what @msg has]; @iov: msg_iovlen + 1 of them */
static void put_header(struct msghdr *out, struct iovec *iov,
		       const struct udp_way *way, const struct msghdr *msg)
{
	*out = *msg;
	put_name(out, way);
	iov[0].iov_base = (void *)(uintptr_t)way->header;
	iov[0].iov_len = way->header_len;
	memcpy(iov + 1, msg->msg_iov, msg->msg_iovlen * sizeof(*iov));
	out->msg_iov = iov;
	out->msg_iovlen = msg->msg_iovlen + 1;
}

static ssize_t without_header(ssize_t r, const struct udp_way *way)
{
	return r < 0 ? r : r - way->header_len;
}

static __attribute__((noinline)) ssize_t
send_many_iov(int fd, const struct udp_way *way, const struct msghdr *msg,
	      int flags)
{
	struct iovec *iov = alloca((msg->msg_iovlen + 1) * sizeof(*iov));
	struct msghdr out;

	put_header(&out, iov, way, msg);
	return without_header(net_sendmsg(fd, &out, flags), way);
}

/*
 * There is no room for one more iovec. The kernel copies, so that a bad
 * pointer is its EFAULT.
 */
static ssize_t send_joined(int fd, const struct udp_way *way,
			   const struct msghdr *msg, int flags)
{
	size_t n = iov_length(msg);
	struct iovec joined = { .iov_len = n };
	struct msghdr one = *msg;
	ssize_t r;

	if (n > USHRT_MAX)
		return -EMSGSIZE;
	joined.iov_base = sys_mmap(n + 1, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (joined.iov_base == MAP_FAILED)
		return -ENOBUFS;
	r = sys(SYS_process_vm_readv, getpid(), &joined, 1, msg->msg_iov,
		msg->msg_iovlen, 0);
	one.msg_iov = &joined;
	one.msg_iovlen = 1;
	if (r >= 0)
		r = (size_t)r == n ? udp_send(fd, way, &one, flags) : -EFAULT;
	sys_munmap(joined.iov_base, n + 1);
	return r;
}

/* --- UDP_SEGMENT ----------------------------------------------------------- */

/* An IPv6 source address has no way to a relay of IPv4: EINVAL (ipv6(7)). */
static bool is_useless(const struct cmsghdr *c, const struct udp_way *way)
{
	struct in6_pktinfo info;

	if (!way->mapped || c->cmsg_level != IPPROTO_IPV6 ||
	    c->cmsg_type != IPV6_PKTINFO || c->cmsg_len < CMSG_LEN(sizeof(info)))
		return false;
	memcpy(&info, CMSG_DATA(c), sizeof(info));
	return !IN6_IS_ADDR_V4MAPPED(&info.ipi6_addr);
}

static bool has_useless(const struct msghdr *msg, const struct udp_way *way)
{
	struct cmsghdr *c;

	if (likely(msg->msg_controllen == 0) || !way->mapped)
		return false;
	for (c = CMSG_FIRSTHDR(msg); c != NULL;
	     c = CMSG_NXTHDR((struct msghdr *)msg, c))
		if (is_useless(c, way))
			return true;
	return false;
}

/*
 * The control data of @msg with another UDP_SEGMENT (0: with none), and without
 * what keeps it from @way.
 */
static void put_segment(struct msghdr *out, uint8_t *control,
			const struct msghdr *msg, const struct udp_way *way,
			uint16_t segment)
{
	struct cmsghdr *c;
	size_t used = 0;

	for (c = CMSG_FIRSTHDR(msg); c != NULL;
	     c = CMSG_NXTHDR((struct msghdr *)msg, c)) {
		if ((c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_SEGMENT) ||
		    is_useless(c, way))
			continue;
		memcpy(control + used, c, c->cmsg_len);
		used += CMSG_ALIGN(c->cmsg_len);
	}
	if (segment > 0) {
		c = (struct cmsghdr *)(control + used);
		memset(c, 0, CMSG_SPACE(sizeof(segment)));
		c->cmsg_level = SOL_UDP;
		c->cmsg_type = UDP_SEGMENT;
		c->cmsg_len = CMSG_LEN(sizeof(segment));
		memcpy(CMSG_DATA(c), &segment, sizeof(segment));
		used += CMSG_SPACE(sizeof(segment));
	}
	out->msg_control = used > 0 ? control : NULL;
	out->msg_controllen = used;
}

/*
 * One call: [header][segment] after each other, as many as it may carry.
 * Return: octets of the program's, or -errno
 */
static ssize_t send_some(int fd, const struct udp_way *way,
			 const struct msghdr *msg, int flags, struct iov_cursor *c,
			 size_t left, uint16_t segment)
{
	struct iovec iov[IOV_MAX];
	uint8_t control[CONTROL_MAX + CMSG_SPACE(sizeof(segment))]
		__attribute__((aligned(8)));
	struct msghdr out = *msg;
	size_t used = 0, sent = 0, carried = 0, count = 0;
	ssize_t r;

	while (left > 0 && count < SEGMENTS_MAX) {
		size_t n = left < segment ? left : segment, before = used;
		struct iov_cursor at = *c;

		if (carried + way->header_len + n > LENGTH_MAX ||
		    used + 1 >= IOV_MAX)
			break;
		iov[used].iov_base = (void *)(uintptr_t)way->header;
		iov[used++].iov_len = way->header_len;
		if (iov_take(&at, n, iov, &used, IOV_MAX) < n) {
			used = before;
			break;
		}
		*c = at;
		carried += way->header_len + n;
		sent += n;
		left -= n;
		count++;
	}
	if (count == 0) /* a segment of more than a thousand iovecs */
		return -EMSGSIZE;
	put_name(&out, way);
	put_segment(&out, control, msg, way,
		    count > 1 ? (uint16_t)(segment + way->header_len) : 0);
	out.msg_iov = iov;
	out.msg_iovlen = used;
	r = net_sendmsg(fd, &out, flags);
	return r < 0 ? r : (ssize_t)sent;
}

static __attribute__((noinline)) ssize_t
send_segments(int fd, const struct udp_way *way, const struct msghdr *msg,
	      int flags, uint16_t segment)
{
	size_t n = iov_length(msg), sent = 0;
	struct iov_cursor c = { .iov = msg->msg_iov };

	if (msg->msg_controllen > CONTROL_MAX)
		return -ENOBUFS;
	if (n > LENGTH_MAX) /* as the kernel without a header */
		return -EMSGSIZE;
	do {
		ssize_t r = send_some(fd, way, msg, flags, &c, n - sent,
				      segment);

		if (r < 0)
			return sent > 0 ? (ssize_t)sent : r;
		sent += (size_t)r;
	} while (sent < n);
	return (ssize_t)sent;
}

/* No header: only the address, and UDP_SEGMENT, are not @msg's own. */
static ssize_t send_plain(int fd, const struct udp_way *way,
			  const struct msghdr *msg, int flags)
{
	uint8_t control[CONTROL_MAX + CMSG_SPACE(sizeof(uint16_t))]
		__attribute__((aligned(8)));
	struct msghdr out = *msg;

	put_name(&out, way);
	if (way->segment > 0 && find_segment(msg) == NULL) {
		if (msg->msg_controllen > CONTROL_MAX)
			return -ENOBUFS;
		put_segment(&out, control, msg, way, way->segment);
	}
	return net_sendmsg(fd, &out, flags);
}

ssize_t udp_send(int fd, const struct udp_way *way, const struct msghdr *msg,
		 int flags)
{
	struct iovec iov[IOV_FEW + 1];
	struct msghdr out;
	uint16_t segment;

	if (way->header_len == 0)
		return send_plain(fd, way, msg, flags);
	if (msg->msg_iovlen > IOV_MAX)
		return -EMSGSIZE;
	segment = segment_of(way, msg);
	if (unlikely(has_useless(msg, way)) && segment == 0)
		segment = USHRT_MAX; /* one, with other control data */
	if (unlikely(segment > 0))
		return send_segments(fd, way, msg, flags, segment);
	if (udp_needs_parts(way, msg))
		return udp_send_parts(fd, way, msg, flags);
	if (msg->msg_iovlen == IOV_MAX)
		return send_joined(fd, way, msg, flags);
	if (msg->msg_iovlen > IOV_FEW)
		return send_many_iov(fd, way, msg, flags);
	put_header(&out, iov, way, msg);
	return without_header(net_sendmsg(fd, &out, flags), way);
}

int udp_send_batch(int fd, const struct udp_way *const ways[],
		   struct mmsghdr *msgs, unsigned n, int flags)
{
	struct mmsghdr out[UDP_BATCH];
	struct iovec iov[IOV_BATCH];
	size_t used = 0;
	unsigned i;
	ssize_t r;

	for (i = 0; i < n; i++) {
		const struct msghdr *m = &msgs[i].msg_hdr;

		if (m->msg_iovlen + 1 > IOV_BATCH - used ||
		    segment_of(ways[i], m) > 0 ||
		    has_useless(m, ways[i]) ||
		    udp_needs_parts(ways[i], m))
			break;
		put_header(&out[i].msg_hdr, iov + used, ways[i], m);
		if (ways[i]->header_len == 0) {
			out[i].msg_hdr.msg_iov++;
			out[i].msg_hdr.msg_iovlen--;
		}
		used += m->msg_iovlen + 1;
	}
	if (i == 0) {
		r = udp_send(fd, ways[0], &msgs[0].msg_hdr, flags);
		if (r < 0)
			return (int)r;
		msgs[0].msg_len = (unsigned)r;
		return 1;
	}
	r = net_sendmmsg(fd, out, i, flags);
	for (i = 0; (ssize_t)i < r; i++)
		msgs[i].msg_len = out[i].msg_len - ways[i]->header_len;
	return (int)r;
}
