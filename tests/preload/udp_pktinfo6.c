/* SPDX-License-Identifier: MIT */
/*
 * IPV6_PKTINFO: any source address, where the relay is reached over IPv4; and
 * what comes in with it goes out with it.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request
 * log-count: 0 no header
 */
#define ECHO_PORT 7031
#include "datagram.h"

static union {
	char octets[512];
	struct cmsghdr align;
} control;

static void send_with(int fd, const struct in6_pktinfo *info)
{
	struct sockaddr_in6 to = ipv6("::1", ECHO_PORT);
	struct iovec iov = { "with", 4 };
	struct msghdr msg = { .msg_name = &to, .msg_namelen = sizeof(to),
			      .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = CMSG_SPACE(sizeof(*info)) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	memset(&control, 0, sizeof(control));
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(*info));
	memcpy(CMSG_DATA(c), info, sizeof(*info));
	CHECK(sendmsg(fd, &msg, 0) == 4);
}

static struct in6_pktinfo receive(int fd)
{
	char buf[10];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct in6_pktinfo info;
	struct cmsghdr *c;

	CHECK(recvmsg(fd, &msg, 0) == 4);
	c = CMSG_FIRSTHDR(&msg);
	CHECK(c && c->cmsg_level == IPPROTO_IPV6 &&
	      c->cmsg_type == IPV6_PKTINFO);
	memcpy(&info, CMSG_DATA(c), sizeof(info));
	return info;
}

int main(void)
{
	struct sockaddr_in6 here = ipv6("::1", ECHO_PORT);
	struct in6_pktinfo info = { .ipi6_addr = in6addr_any };
	int fd, on = 1;

	start_echo_at(&here, sizeof(here));
	fd = udp_socket6();
	CHECK(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on,
			 sizeof(on)) == 0);
	for (int i = 0; i < 2; i++) {
		send_with(fd, &info);
		info = receive(fd);
		send_with(fd, &info);
		receive(fd);
		info.ipi6_addr = in6addr_any;
		info.ipi6_ifindex = 0;
	}
	return 0;
}
