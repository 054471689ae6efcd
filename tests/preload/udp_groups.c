/* SPDX-License-Identifier: MIT */
/*
 * Multicast, broadcast and link-local addresses: no relay carries them; refused
 * by each call, unless a rule says direct.
 * options: --direct=239.1.1.1 --direct=ff15::1
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request
 * log-count: 1 datagram
 */
#define ECHO_PORT 7047
#include "datagram.h"

static void refused(int fd, const char *host)
{
	struct sockaddr_in to = ipv4(host, ECHO_PORT);
	struct iovec iov = { "x", 1 };
	struct mmsghdr msg = { .msg_hdr = { .msg_name = &to,
					    .msg_namelen = sizeof(to),
					    .msg_iov = &iov,
					    .msg_iovlen = 1 } };

	CHECK_FAILS(send4(fd, "x", host, ECHO_PORT), ENETUNREACH);
	CHECK_FAILS(sendmsg(fd, &msg.msg_hdr, 0), ENETUNREACH);
	CHECK_FAILS(sendmmsg(fd, &msg, 1, 0), ENETUNREACH);
	CHECK_FAILS(connect4(fd, host, ECHO_PORT), ENETUNREACH);
}

static void refused6(int fd, const char *host, unsigned scope)
{
	struct sockaddr_in6 to = ipv6(host, ECHO_PORT);

	to.sin6_scope_id = scope;
	CHECK_FAILS(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)),
		    ENETUNREACH);
	CHECK_FAILS(connect(fd, (void *)&to, sizeof(to)), ENETUNREACH);
}

static void joined(void)
{
	struct ip_mreq good = { .imr_interface.s_addr =
					htonl(INADDR_LOOPBACK) }, bad = good;
	struct sockaddr_in here = { .sin_family = AF_INET,
				    .sin_port = htons(ECHO_PORT) };
	struct in_addr lo = { htonl(INADDR_LOOPBACK) };
	int fd = udp_socket(), sender = udp_socket();

	good.imr_multiaddr = ipv4("239.1.1.1", 0).sin_addr;
	bad.imr_multiaddr = ipv4("239.1.1.2", 0).sin_addr;
	CHECK(bind(fd, (void *)&here, sizeof(here)) == 0);
	CHECK(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &good,
			 sizeof(good)) == 0);
	CHECK_FAILS(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &bad,
			       sizeof(bad)), ENODEV);
	CHECK(setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &lo,
			 sizeof(lo)) == 0);
	CHECK(send4(sender, "group", "239.1.1.1", ECHO_PORT) == 5);
	expect_text(fd, "group");
	/* One that has a relay, too */
	ask(sender, "relay");
	CHECK(send4(sender, "group", "239.1.1.1", ECHO_PORT) == 5);
	expect_text(fd, "group");
}

int main(void)
{
	int fd = udp_socket(), fd6 = udp_socket6(), on = 1;

	CHECK(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) == 0);
	refused(fd, "224.0.0.251");
	refused(fd, "239.1.1.2");
	refused(fd, "255.255.255.255");
	refused(fd, "169.254.1.1");
	refused6(fd6, "ff02::fb", 1);
	refused6(fd6, "ff15::2", 0);
	refused6(fd6, "fe80::1", 1);
	joined();
	return 0;
}
