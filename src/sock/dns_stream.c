/* SPDX-License-Identifier: MIT */
#include "sock/dns_stream.h"

#include <errno.h>
#include <sys/socket.h>

#include "libc/libc.h"

static bool send_all(int fd, const uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t sent = libc(send)(fd, p, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

static bool receive_all(int fd, uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t got = libc(recv)(fd, p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p += got;
		n -= (size_t)got;
	}
	return true;
}

bool dns_stream_send(int fd, const uint8_t *message, size_t n)
{
	uint8_t prefix[2] = { (uint8_t)(n >> 8), (uint8_t)n };
	int saved = errno;
	bool sent = send_all(fd, prefix, 2) && send_all(fd, message, n);

	errno = saved;
	return sent;
}

ssize_t dns_stream_receive(int fd, uint8_t *to, size_t cap)
{
	ssize_t r = -ECONNRESET;
	uint8_t prefix[2];
	int saved = errno;
	size_t n;

	if (receive_all(fd, prefix, 2)) {
		n = (size_t)(prefix[0] << 8 | prefix[1]);
		if (receive_all(fd, to, n < cap ? n : cap))
			r = (ssize_t)n;
	}
	errno = saved;
	return r;
}
