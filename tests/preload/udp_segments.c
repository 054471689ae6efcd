/* SPDX-License-Identifier: MIT */
/*
 * UDP_SEGMENT with headers of other lengths, more segments than a call may have,
 * buffers that segments cross, in batches, with other control messages, from
 * sockets that are not connected and that may not wait.
 * script: read-greeting; send 0500; read-request; relay; next
 * script: read-greeting; delay 200; send 0500; read-request; relay
 * log-count: 2 request cmd=3
 * log-count: 0 no header
 */
#define ECHO_PORT 7045
#include "datagram.h"

#include <netdb.h>

static char out[65536], in[65536];
static struct sockaddr_in6 to[3];

static void resolve(void)
{
	struct addrinfo hints = { .ai_family = AF_INET6,
				  .ai_socktype = SOCK_DGRAM };
	struct addrinfo *ai;

	CHECK(getaddrinfo("a.name.that.is.test", "7045", &hints, &ai) == 0);
	memcpy(&to[2], ai->ai_addr, sizeof(to[2]));
	freeaddrinfo(ai);
}

/* What has been sent comes back in pieces of @each. */
static void expect(int fd, size_t n, size_t each)
{
	for (size_t at = 0; at < n; at += each) {
		size_t some = n - at < each ? n - at : each;

		CHECK(recv(fd, in, sizeof(in), 0) == (ssize_t)some);
		CHECK(memcmp(in, out + at, some) == 0);
	}
	expect_nothing(fd);
}

static struct msghdr message(int i, struct iovec *iov, size_t n, size_t each)
{
	static char control[3][256];
	struct msghdr msg = { .msg_name = &to[i], .msg_namelen = sizeof(to[i]),
			      .msg_iov = iov, .msg_iovlen = 3,
			      .msg_control = control[i] };
	struct cmsghdr *c;
	int ttl = 60;

	msg.msg_controllen = CMSG_SPACE(sizeof(int)) +
			     CMSG_SPACE(sizeof(uint16_t));
	memset(control[i], 0, sizeof(control[i]));
	c = CMSG_FIRSTHDR(&msg);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_TTL;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &ttl, sizeof(ttl));
	c = CMSG_NXTHDR(&msg, c);
	c->cmsg_level = SOL_UDP;
	c->cmsg_type = UDP_SEGMENT;
	c->cmsg_len = CMSG_LEN(sizeof(uint16_t));
	*(uint16_t *)CMSG_DATA(c) = (uint16_t)each;
	iov[0] = (struct iovec){ out, n / 3 };
	iov[1] = (struct iovec){ out + n / 3, 1 };
	iov[2] = (struct iovec){ out + n / 3 + 1, n - n / 3 - 1 };
	return msg;
}

static void one(int fd, int i, size_t n, size_t each)
{
	struct iovec iov[3];
	struct msghdr msg = message(i, iov, n, each);

	CHECK(sendmsg(fd, &msg, 0) == (ssize_t)n);
	expect(fd, n, each);
}

static void batch(int fd)
{
	struct mmsghdr msgs[3] = { 0 };
	struct iovec iov[3][3];

	for (int i = 0; i < 3; i++)
		msgs[i].msg_hdr = message(i, iov[i], 2500, 1000);
	for (int sent = 0; sent < 3;) {
		int r = sendmmsg(fd, msgs + sent, (unsigned)(3 - sent), 0);

		CHECK(r > 0);
		sent += r;
	}
	for (int i = 0; i < 3; i++) {
		CHECK(msgs[i].msg_len == 2500);
		for (size_t at = 0; at < 2500; at += 1000) {
			CHECK(recv(fd, in, sizeof(in), 0) ==
			      (at < 2000 ? 1000 : 500));
			CHECK(memcmp(in, out + at, 500) == 0);
		}
	}
}

/* The kernel's own limits */
static void limits(int fd)
{
	int value;

	value = 70000;
	CHECK_FAILS(setsockopt(fd, SOL_UDP, UDP_SEGMENT, &value,
			       sizeof(value)), EINVAL);
	value = -1;
	CHECK_FAILS(setsockopt(fd, SOL_UDP, UDP_SEGMENT, &value,
			       sizeof(value)), EINVAL);
	CHECK_FAILS(setsockopt(fd, SOL_UDP, UDP_SEGMENT, &value, 2), EINVAL);
}

static void queued(void)
{
	int fd = udp_socket6(), value = 1000;

	CHECK(setsockopt(fd, SOL_UDP, UDP_SEGMENT, &value, sizeof(value)) ==
	      0);
	CHECK(sendto(fd, out, 3300, MSG_DONTWAIT, (void *)&to[1],
		     sizeof(to[1])) == 3300);
	CHECK(sendto(fd, out, 900, MSG_DONTWAIT, (void *)&to[1],
		     sizeof(to[1])) == 900);
	for (size_t at = 0; at < 3300; at += 1000)
		CHECK(recv(fd, in, sizeof(in), 0) ==
		      (at < 3000 ? 1000 : 300));
	expect(fd, 900, 1000);
}

int main(void)
{
	int fd = udp_socket6();

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7 + i / 256);
	to[0] = ipv6("::ffff:" TARGET, ECHO_PORT);
	to[1] = ipv6("2001:db8::7", ECHO_PORT);
	resolve();
	for (int i = 0; i < 3; i++) {
		one(fd, i, 5000, 1200);
		one(fd, i, 1200, 1200);
		one(fd, i, 100, 1200);
		/* Sixty-four of these with their headers are too long. */
		one(fd, i, 64000, 1000);
		one(fd, i, 640, 10);
		one(fd, i, 60, 1);
	}
	batch(fd);
	limits(fd);
	queued();
	return 0;
}
