/* SPDX-License-Identifier: MIT */
/*
 * Lengths are the program's: peeked at, cut, the largest; FIONREAD and IP_MTU.
 * script: read-greeting; send 0500; read-request; relay
 * options: --direct=127.0.0.9
 * log-count: 1 request
 * log-count: 0 no header
 */
#include "datagram.h"

#include <sys/ioctl.h>

static char big[65536];

static void cut(int fd)
{
	char buf[10];
	struct iovec iov = { buf, 4 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int n;

	CHECK(send(fd, "abcdefgh", 8, 0) == 8);
	CHECK(recv(fd, buf, 3, MSG_PEEK) == 3 && memcmp(buf, "abc", 3) == 0);
	CHECK(recv(fd, buf, 0, MSG_PEEK | MSG_TRUNC) == 8);
	CHECK(recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC) == 8);
	CHECK(ioctl(fd, FIONREAD, &n) == 0 && n == 8);
	CHECK(recvmsg(fd, &msg, MSG_PEEK) == 4 && msg.msg_flags == MSG_TRUNC);
	CHECK(recvmsg(fd, &msg, MSG_TRUNC) == 8 && msg.msg_flags == MSG_TRUNC);
	CHECK(memcmp(buf, "abcd", 4) == 0);
	CHECK(send(fd, "abcd", 4, 0) == 4);
	CHECK(recvmsg(fd, &msg, 0) == 4 && msg.msg_flags == 0);
	CHECK(ioctl(fd, FIONREAD, &n) == 0 && n == 0);
	/* Cut by more than a header, and by less than one. */
	for (size_t room = 1; room < 600; room += 37) {
		memset(big, '#', sizeof(big));
		CHECK(send(fd, memset(big + 1000, 'x', 600), 600, 0) == 600);
		CHECK(recv(fd, big, room, 0) == (ssize_t)room);
		CHECK(big[0] == 'x' && big[room - 1] == 'x' &&
		      big[room] == '#');
	}
}

static void largest(int fd)
{
	/* 65,507 over IPv4, less a header of ten octets */
	CHECK_FAILS(send(fd, big, 65498, 0), EMSGSIZE);
	CHECK_FAILS(send(fd, big, sizeof(big), 0), EMSGSIZE);
	memset(big, 'y', sizeof(big));
	CHECK(send(fd, big, 65497, 0) == 65497);
	memset(big, 0, sizeof(big));
	CHECK(recv(fd, big, sizeof(big), 0) == 65497);
	CHECK(big[0] == 'y' && big[65496] == 'y' && big[65497] == 0);
}

static void mtu(int fd)
{
	int n, loopback;
	socklen_t len = sizeof(n);
	int direct = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in to = ipv4("127.0.0.9", 9);

	CHECK(connect(direct, (void *)&to, sizeof(to)) == 0);
	CHECK(getsockopt(direct, IPPROTO_IP, IP_MTU, &loopback, &len) == 0);
	CHECK(getsockopt(fd, IPPROTO_IP, IP_MTU, &n, &len) == 0);
	CHECK(n == loopback - 10);
}

int main(void)
{
	int fd = udp_connected();

	cut(fd);
	largest(fd);
	mtu(fd);
	return 0;
}
