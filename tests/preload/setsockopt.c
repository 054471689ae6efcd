/* SPDX-License-Identifier: MIT */
/*
 * setsockopt(2): TCP_FASTOPEN_CONNECT does not defer connect(2) past us; all
 * else is the kernel's.
 * log: 1 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "victim.h"

#include <net/if.h>

/* The kernel would find the interface for each of them. */
static void other_joins(int fd, int fd6)
{
	struct ip_mreq_source one = { 0 };
	struct group_req any = { .gr_interface = if_nametoindex("lo") };
	struct group_source_req both = { .gsr_interface = any.gr_interface };
	struct sockaddr_in group = ipv4("239.1.2.3", 0);
	struct sockaddr_in source = ipv4("127.0.0.1", 0);
	struct sockaddr_in6 group6 = ipv6("ff05::1:3", 0);

	one.imr_multiaddr = group.sin_addr;
	one.imr_interface = one.imr_sourceaddr = source.sin_addr;
	memcpy(&any.gr_group, &group, sizeof(group));
	memcpy(&both.gsr_group, &group, sizeof(group));
	memcpy(&both.gsr_source, &source, sizeof(source));
	CHECK_FAILS(setsockopt(fd, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, &one,
			       sizeof(one)), ENODEV);
	CHECK_FAILS(setsockopt(fd, IPPROTO_IP, MCAST_JOIN_GROUP, &any,
			       sizeof(any)), ENODEV);
	CHECK_FAILS(setsockopt(fd, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, &both,
			       sizeof(both)), ENODEV);
	memcpy(&any.gr_group, &group6, sizeof(group6));
	CHECK_FAILS(setsockopt(fd6, IPPROTO_IPV6, MCAST_JOIN_GROUP, &any,
			       sizeof(any)), ENODEV);
}

/* To join a group is to send a packet (IGMP), which no proxy carries. */
static void multicast(void)
{
	struct ip_mreq group = { 0 };
	struct ipv6_mreq group6 = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), ttl = 3;
	int fd6 = socket(AF_INET6, SOCK_DGRAM, 0);

	group.imr_multiaddr = ipv4("239.1.2.3", 0).sin_addr;
	group6.ipv6mr_multiaddr = ipv6("ff05::1:3", 0).sin6_addr;
	CHECK_FAILS(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group,
			       sizeof(group)), ENODEV);
	CHECK_FAILS(setsockopt(fd6, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group6,
			       sizeof(group6)), ENODEV);
	CHECK_FAILS(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, NULL,
			       sizeof(group)), EFAULT);
	CHECK_FAILS(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, (void *)1,
			       sizeof(group)), EFAULT);
	other_joins(fd, fd6);
	CHECK(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl,
			 sizeof(ttl)) == 0);
}

int main(void)
{
	int fd = tcp_socket(), on = 1, value = 0, rest;
	socklen_t len = sizeof(value);
	char buf[4];

	CHECK(setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on,
			 sizeof(on)) == 0);
	CHECK(connect4(fd, TARGET, PORT) == 0);
	CHECK(send(fd, "ping", 4, 0) == 4);
	read_exactly(fd, buf, 4);
	CHECK(memcmp(buf, "ping", 4) == 0);
	CHECK(recv(fd, &rest, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	check_peer(fd, TARGET, PORT);

	CHECK(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0);
	CHECK(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &len) == 0);
	CHECK(value == 1);
	CHECK_FAILS(setsockopt(fd, IPPROTO_TCP, 9999, &on, sizeof(on)),
		    ENOPROTOOPT);
	CHECK_FAILS(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, NULL,
			       sizeof(on)), EFAULT);
	CHECK_FAILS(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, 1), EINVAL);
	CHECK_FAILS(setsockopt(-1, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on,
			       sizeof(on)), EBADF);
	CHECK_FAILS(setsockopt(0, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on,
			       sizeof(on)), ENOTSOCK);
	multicast();
	return 0;
}
