/* SPDX-License-Identifier: MIT */
/*
 * A relay that sends fragments: the program gets whole datagrams, by every call,
 * or none; it may look at one before it takes it.
 * script: read-greeting; send 0500; read-request; relay fragments=5
 * log-count: 1 request
 * log-count: 0 no header
 */
#include "datagram.h"

static char out[5000], in[5000], other[2000];

static void check(ssize_t n, size_t room)
{
	CHECK(n == (ssize_t)room);
	CHECK(memcmp(in, out, room) == 0);
	memset(in, 0, sizeof(in));
}

int main(void)
{
	int fd = udp_connected();
	struct iovec iov[2] = { { in, 777 }, { in + 777, 1000 } };
	struct iovec apart = { other, sizeof(other) };
	struct mmsghdr batch[2] = {
		{ .msg_hdr = { .msg_iov = iov, .msg_iovlen = 2 } },
		{ .msg_hdr = { .msg_iov = &apart, .msg_iovlen = 1 } },
	};

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7 + i / 256);
	CHECK(send(fd, out, sizeof(out), 0) == sizeof(out));
	check(recv(fd, in, sizeof(in), 0), sizeof(out));
	CHECK(send(fd, out, 3001, 0) == 3001);
	check(recv(fd, in, sizeof(in), MSG_PEEK), 3001);
	CHECK(recv(fd, in, 700, MSG_PEEK | MSG_TRUNC) == 3001);
	CHECK(recvmsg(fd, &batch[0].msg_hdr, 0) == 1777);
	CHECK(batch[0].msg_hdr.msg_flags == MSG_TRUNC);
	check(1777, 1777);
	CHECK(send(fd, out, 1500, 0) == 1500);
	CHECK(recvmmsg(fd, batch, 2, MSG_WAITFORONE, NULL) == 1);
	check(batch[0].msg_len, 1500);
	CHECK_FAILS(recv(fd, in, sizeof(in), MSG_DONTWAIT), EAGAIN);
	return 0;
}
