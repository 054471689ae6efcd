/* SPDX-License-Identifier: MIT */
#include "sock/iov_cursor.h"

#include <stdint.h>

size_t iov_length(const struct msghdr *msg)
{
	size_t n = 0;

	for (size_t i = 0; i < msg->msg_iovlen; i++)
		if (__builtin_add_overflow(n, msg->msg_iov[i].iov_len, &n))
			return SIZE_MAX;
	return n;
}

size_t iov_take(struct iov_cursor *c, size_t want, struct iovec *iov,
		size_t *used, size_t room)
{
	size_t taken = 0;

	while (taken < want && *used < room) {
		size_t n = c->iov->iov_len - c->at;

		if (n > want - taken)
			n = want - taken;
		if (n > 0) {
			iov[*used].iov_base = (char *)c->iov->iov_base + c->at;
			iov[(*used)++].iov_len = n;
		}
		taken += n;
		c->at += n;
		if (c->at == c->iov->iov_len) {
			c->iov++;
			c->at = 0;
		}
	}
	return taken;
}
