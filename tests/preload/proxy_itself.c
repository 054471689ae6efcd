/* SPDX-License-Identifier: MIT */
/*
 * The proxy's own address and port: TCP goes there directly, as the program
 * may want to speak SOCKS itself; datagrams do not.
 * script: read-greeting
 * script: send 0500
 * script: stall
 * log: 1 greeting methods=00
 * log-count: 0 request
 */
#include "victim.h"

int main(void)
{
	char *server = getenv("SOCKSIFY_SERVER"), *colon;
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	struct iovec iov = { "x", 1 };
	struct mmsghdr msg = { .msg_hdr = { .msg_name = &sin,
					    .msg_namelen = sizeof(sin),
					    .msg_iov = &iov,
					    .msg_iovlen = 1 } };
	uint16_t port;
	char reply[2];
	int fd;

	CHECK(server != NULL && (colon = strchr(server, ':')) != NULL);
	*colon = '\0';
	port = (uint16_t)atoi(colon + 1);
	sin = ipv4(server, port);

	fd = tcp_socket();
	CHECK(connect(fd, (void *)&sin, len) == 0);
	check_peer(fd, server, port);
	CHECK(write(fd, "\5\1\0", 3) == 3);
	read_exactly(fd, reply, 2);
	CHECK(memcmp(reply, "\5\0", 2) == 0);

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	CHECK_FAILS(connect(fd, (void *)&sin, len), ENETUNREACH);
	CHECK_FAILS(sendto(fd, "x", 1, 0, (void *)&sin, len), ENETUNREACH);
	CHECK_FAILS(sendmsg(fd, &msg.msg_hdr, 0), ENETUNREACH);
	CHECK_FAILS(sendmmsg(fd, &msg, 1, 0), ENETUNREACH);
	CHECK_FAILS(send(fd, "x", 1, 0), EDESTADDRREQ);
	return 0;
}
