/* SPDX-License-Identifier: MIT */
/*
 * --udp=block: EACCES, by every call, and the proxy is not asked; what is
 * direct still is.
 * options: --udp=block --direct=127.0.0.1
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 0 greeting
 */
#define ECHO_PORT 7048
#include "datagram.h"

int main(void)
{
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT), here;
	struct sockaddr_in6 six = ipv6(TARGET6, ECHO_PORT);
	struct iovec iov = { "x", 1 };
	struct mmsghdr msg = { .msg_hdr = { .msg_name = &to,
					    .msg_namelen = sizeof(to),
					    .msg_iov = &iov,
					    .msg_iovlen = 1 } };
	int fd = udp_socket(), other = udp_socket();
	socklen_t len = sizeof(here);

	start_echo();
	CHECK_FAILS(send4(fd, "x", TARGET, ECHO_PORT), EACCES);
	CHECK_FAILS(sendmsg(fd, &msg.msg_hdr, 0), EACCES);
	CHECK_FAILS(sendmmsg(fd, &msg, 1, MSG_DONTWAIT), EACCES);
	CHECK_FAILS(connect4(fd, TARGET, ECHO_PORT), EACCES);
	CHECK_FAILS(send(fd, "x", 1, 0), EDESTADDRREQ);
	CHECK_FAILS(connect(udp_socket6(), (void *)&six, sizeof(six)), EACCES);
	here = ipv4("127.0.0.1", 0);
	CHECK(bind(other, (void *)&here, sizeof(here)) == 0);
	CHECK(getsockname(other, (void *)&here, &len) == 0);
	CHECK(sendto(fd, "direct", 6, 0, (void *)&here, sizeof(here)) == 6);
	expect_text(other, "direct");
	return 0;
}
