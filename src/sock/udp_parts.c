/* SPDX-License-Identifier: MIT */
#include "sock/udp_parts.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "libc/net.h"
#include "sock/iov_cursor.h"
#include "socks/fragments.h"

enum {
	ATYP_AT = 3, /* octets before it in a header */
	ATYP_IPV6 = 4,
};

bool udp_is_too_long(const struct udp_way *way, const struct msghdr *msg)
{
	return way->header_len > 0 &&
	       iov_length(msg) > udp_part_size(way->limit, way->header_len);
}

bool udp_is_possible(const uint8_t *header, size_t n)
{
	return n <= (header[ATYP_AT] == ATYP_IPV6 ? UDP_LIMIT_IPV6
						  : UDP_LIMIT_IPV4);
}

static ssize_t send_part(int fd, const struct udp_way *way,
			 const struct msghdr *msg, int flags,
			 struct iov_cursor *c,
			 const struct fragments_part *part)
{
	uint8_t header[DATAGRAM_HEADER_MAX];
	struct iovec iov[IOV_MAX];
	struct msghdr out = *msg;
	size_t used = 1;

	memcpy(header, way->header, way->header_len);
	header[DATAGRAM_FRAG_AT] = part->frag;
	iov[0].iov_base = header;
	iov[0].iov_len = way->header_len;
	if (iov_take(c, part->length, iov, &used, IOV_MAX) < part->length)
		return -EMSGSIZE;
	out.msg_namelen = udp_address_len(&way->to);
	out.msg_name = out.msg_namelen > 0 ? (void *)(uintptr_t)&way->to.sa
					   : NULL;
	out.msg_iov = iov;
	out.msg_iovlen = used;
	return net_sendmsg(fd, &out, flags);
}

ssize_t udp_send_parts(int fd, const struct udp_way *way,
		       const struct msghdr *msg, int flags)
{
	size_t n = iov_length(msg);
	size_t size = udp_part_size(way->limit, way->header_len);
	struct iov_cursor c = { .iov = msg->msg_iov };
	unsigned count;

	if (!udp_is_possible(way->header, n))
		return -EMSGSIZE;
	count = fragments_count(n, size);
	for (unsigned i = 0; i < count; i++) {
		struct fragments_part part = fragments_part(n, size, i);
		ssize_t r = send_part(fd, way, msg, flags, &c, &part);

		if (r < 0)
			return r;
	}
	return count > 0 ? (ssize_t)n : -EMSGSIZE;
}
