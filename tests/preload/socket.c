/* SPDX-License-Identifier: MIT */
/*
 * socket(2): kinds that can be proxied or are local exist; every other one is
 * refused, as by a kernel that lacks it or by one that does not permit it.
 * log-count: 0 request
 */
#include "victim.h"

#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static void exists(int domain, int type, int protocol)
{
	int fd;

	errno = E2BIG;
	fd = socket(domain, type, protocol);
	CHECK(fd >= 0 && errno == E2BIG);
	close(fd);
}

static void wanted(void)
{
	int fd;

	exists(AF_UNIX, SOCK_STREAM, 0);
	exists(AF_UNIX, SOCK_DGRAM, 0);
	exists(AF_UNIX, SOCK_SEQPACKET, 0);
	exists(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	exists(AF_INET, SOCK_STREAM, 0);
	exists(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	exists(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	exists(AF_INET6, SOCK_STREAM, 0);
	exists(AF_INET6, SOCK_DGRAM, 0);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	if (fd < 0) /* a kernel without it */
		CHECK(errno == EPROTONOSUPPORT || errno == ENOPROTOOPT ||
		      errno == EINVAL);
	fd = socket(AF_ALG, SOCK_SEQPACKET, 0);
	if (fd < 0)
		CHECK(errno == EAFNOSUPPORT);
}

static void unwanted(void)
{
	CHECK_FAILS(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), EACCES);
	CHECK_FAILS(socket(AF_INET, SOCK_RAW, IPPROTO_RAW), EACCES);
	CHECK_FAILS(socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6), EACCES);
	CHECK_FAILS(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP), EACCES);
	CHECK_FAILS(socket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6), EACCES);
	CHECK_FAILS(socket(AF_INET, SOCK_PACKET, 0), EACCES);
	CHECK_FAILS(socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP),
		    EPROTONOSUPPORT);
	CHECK_FAILS(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP),
		    EPROTONOSUPPORT);
	CHECK_FAILS(socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE),
		    EPROTONOSUPPORT);
	CHECK_FAILS(socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP),
		    ESOCKTNOSUPPORT);
	CHECK_FAILS(socket(AF_INET, SOCK_DCCP, IPPROTO_DCCP),
		    ESOCKTNOSUPPORT);
	CHECK_FAILS(socket(AF_PACKET, SOCK_RAW, 0), EAFNOSUPPORT);
	CHECK_FAILS(socket(AF_PACKET, SOCK_DGRAM, 0), EAFNOSUPPORT);
	CHECK_FAILS(socket(AF_VSOCK, SOCK_STREAM, 0), EAFNOSUPPORT);
	CHECK_FAILS(socket(AF_BLUETOOTH, SOCK_RAW, 0), EAFNOSUPPORT);
	CHECK_FAILS(socket(AF_CAN, SOCK_RAW, 1), EAFNOSUPPORT);
	CHECK_FAILS(socket(AF_TIPC, SOCK_STREAM, 0), EAFNOSUPPORT);
	CHECK_FAILS(socket(AF_RDS, SOCK_SEQPACKET, 0), EAFNOSUPPORT);
	CHECK_FAILS(socket(AF_XDP, SOCK_RAW, 0), EAFNOSUPPORT);
	CHECK_FAILS(socket(AF_SMC, SOCK_STREAM, 0), EAFNOSUPPORT);
	CHECK_FAILS(socket(AF_UNSPEC, SOCK_STREAM, 0), EAFNOSUPPORT);
	CHECK_FAILS(socket(-1, SOCK_STREAM, 0), EAFNOSUPPORT);
	CHECK_FAILS(socket(9999, SOCK_STREAM, 0), EAFNOSUPPORT);
}

int main(void)
{
	wanted();
	unwanted();
	return 0;
}
