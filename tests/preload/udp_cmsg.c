/* SPDX-License-Identifier: MIT */
/*
 * What comes and goes beside the octets: TTL, TOS, timestamps, packet
 * information, of IPv4 and of IPv6.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 3 request
 * log-count: 0 no header
 * log-count: 0 data=cut
 */
#define ECHO_PORT 7027
#include "datagram.h"

static union {
	char octets[512];
	struct cmsghdr align;
} control;

static void set(int fd, int level, int name)
{
	int on = 1;

	CHECK(setsockopt(fd, level, name, &on, sizeof(on)) == 0);
}

/* recvmsg(2) of @text: the control message of this type, or NULL */
static struct cmsghdr *receive(int fd, const char *text, int level, int type)
{
	static struct msghdr msg;
	char buf[100];
	struct iovec iov = { buf, sizeof(buf) };
	struct cmsghdr *c;

	memset(&control, 0, sizeof(control));
	msg = (struct msghdr){ .msg_iov = &iov, .msg_iovlen = 1,
			       .msg_control = &control,
			       .msg_controllen = sizeof(control) };
	CHECK(recvmsg(fd, &msg, 0) == (ssize_t)strlen(text));
	CHECK(memcmp(buf, text, strlen(text)) == 0);
	CHECK((msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0);
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		if (c->cmsg_level == level && c->cmsg_type == type)
			return c;
	return NULL;
}

static void received(int fd)
{
	struct cmsghdr *c;

	set(fd, IPPROTO_IP, IP_RECVTTL);
	set(fd, IPPROTO_IP, IP_RECVTOS);
	set(fd, IPPROTO_IP, IP_PKTINFO);
	set(fd, SOL_SOCKET, SO_TIMESTAMPNS);
	for (int i = 0; i < 2; i++) {
		CHECK(send4(fd, "ttl", TARGET, ECHO_PORT) == 3);
		c = receive(fd, "ttl", IPPROTO_IP, IP_TTL);
		CHECK(c && *(int *)CMSG_DATA(c) > 0);
		CHECK(send4(fd, "tos", TARGET, ECHO_PORT) == 3);
		c = receive(fd, "tos", IPPROTO_IP, IP_TOS);
		CHECK(c && *CMSG_DATA(c) == 0);
		CHECK(send4(fd, "info", TARGET, ECHO_PORT) == 4);
		c = receive(fd, "info", IPPROTO_IP, IP_PKTINFO);
		CHECK(c && c->cmsg_len == CMSG_LEN(sizeof(struct in_pktinfo)));
		CHECK(send4(fd, "time", TARGET, ECHO_PORT) == 4);
		c = receive(fd, "time", SOL_SOCKET, SCM_TIMESTAMPNS);
		CHECK(c && ((struct timespec *)CMSG_DATA(c))->tv_sec > 0);
	}
}

/* No room for it. */
static void cut(int fd)
{
	char buf[100], small[CMSG_SPACE(1)];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = small,
			      .msg_controllen = sizeof(small) };

	CHECK(send4(fd, "text", TARGET, ECHO_PORT) == 4);
	CHECK(recvmsg(fd, &msg, 0) == 4);
	CHECK(msg.msg_flags == MSG_CTRUNC);
	CHECK(send4(fd, "text", TARGET, ECHO_PORT) == 4);
	msg.msg_control = NULL;
	msg.msg_controllen = 0;
	CHECK(recvmsg(fd, &msg, 0) == 4);
	CHECK(msg.msg_flags == MSG_CTRUNC && msg.msg_controllen == 0);
}

static ssize_t with(int fd, const void *to, socklen_t len, int level, int type,
		    const void *data, size_t n)
{
	struct iovec iov = { "with", 4 };
	struct msghdr msg = { .msg_name = (void *)(uintptr_t)to,
			      .msg_namelen = len, .msg_iov = &iov,
			      .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = CMSG_SPACE(n) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	memset(&control, 0, sizeof(control));
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(n);
	memcpy(CMSG_DATA(c), data, n);
	return sendmsg(fd, &msg, 0);
}

static void sent(int fd)
{
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);
	struct in_pktinfo any = { 0 };
	int value = 64;

	for (int i = 0; i < 2; i++) {
		CHECK(with(fd, &to, sizeof(to), IPPROTO_IP, IP_TTL, &value,
			   sizeof(value)) == 4);
		expect_from(fd, "with", TARGET, ECHO_PORT);
		CHECK(with(fd, &to, sizeof(to), IPPROTO_IP, IP_TOS, &value,
			   sizeof(value)) == 4);
		expect_from(fd, "with", TARGET, ECHO_PORT);
		CHECK(with(fd, &to, sizeof(to), IPPROTO_IP, IP_PKTINFO, &any,
			   sizeof(any)) == 4);
		expect_from(fd, "with", TARGET, ECHO_PORT);
		CHECK_FAILS(with(fd, &to, sizeof(to), IPPROTO_IP, 99, &value,
				 sizeof(value)), EINVAL);
	}
}

static void six(void)
{
	struct sockaddr_in6 to = ipv6("::1", ECHO_PORT);
	int fd = udp_socket6(), value = 64;

	for (int i = 0; i < 2; i++) {
		CHECK(with(fd, &to, sizeof(to), IPPROTO_IPV6, IPV6_HOPLIMIT,
			   &value, sizeof(value)) == 4);
		expect_from6(fd, "with", "::1", ECHO_PORT);
		CHECK(with(fd, &to, sizeof(to), IPPROTO_IPV6, IPV6_TCLASS,
			   &value, sizeof(value)) == 4);
		expect_from6(fd, "with", "::1", ECHO_PORT);
	}
	close(fd);
}

int main(void)
{
	struct sockaddr_in6 here = ipv6("::1", ECHO_PORT);
	int fd;

	start_echo();
	start_echo_at(&here, sizeof(here));
	fd = udp_socket();
	sent(fd);
	received(fd);
	cut(fd);
	sent(udp_socket());
	six();
	return 0;
}
