/* SPDX-License-Identifier: MIT */
/*
 * UDP_SEGMENT, by option and by control message, UDP_GRO, UDP_CORK, MSG_MORE:
 * each datagram on the wire has one header.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request
 * log-count: 13 datagram .* length=1000
 * log-count: 2 datagram .* length=500
 * log-count: 3 datagram .* length=9 data=corktogo
 * log-count: 0 no header
 */
#include "datagram.h"

static char out[4 * 1000 + 500], in[8000];

static void expect(int fd, int whole, size_t rest)
{
	for (int i = 0; i < whole; i++)
		CHECK(recv(fd, in, sizeof(in), 0) == 1000);
	if (rest > 0)
		CHECK(recv(fd, in, sizeof(in), 0) == (ssize_t)rest);
	CHECK_FAILS(recv(fd, in, sizeof(in), MSG_DONTWAIT), EAGAIN);
}

static void segments(int fd)
{
	char control[CMSG_SPACE(sizeof(uint16_t))] = { 0 };
	struct iovec iov[2] = { { out, 1700 }, { out + 1700, 2800 } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int value = 1000, back = 0;
	socklen_t len = sizeof(back);

	c->cmsg_level = SOL_UDP;
	c->cmsg_type = UDP_SEGMENT;
	c->cmsg_len = CMSG_LEN(sizeof(uint16_t));
	*(uint16_t *)CMSG_DATA(c) = 1000;
	CHECK(sendmsg(fd, &msg, 0) == sizeof(out));
	expect(fd, 4, 500);

	CHECK(setsockopt(fd, SOL_UDP, UDP_SEGMENT, &value, sizeof(value)) == 0);
	CHECK(getsockopt(fd, SOL_UDP, UDP_SEGMENT, &back, &len) == 0);
	CHECK(back == 1000);
	CHECK(send(fd, out, sizeof(out), 0) == sizeof(out));
	expect(fd, 4, 500);
	CHECK(send(fd, out, 4000, 0) == 4000);
	expect(fd, 4, 0);
	CHECK(send(fd, out, 1000, 0) == 1000);
	CHECK(send(fd, out, 999, 0) == 999);
	expect(fd, 1, 999);
	value = 0;
	CHECK(setsockopt(fd, SOL_UDP, UDP_SEGMENT, &value, sizeof(value)) == 0);
	CHECK(send(fd, out, 1001, 0) == 1001);
	expect(fd, 0, 1001);
}

static void receive_offload(int fd)
{
	int on = 1;
	socklen_t len = sizeof(on);

	CHECK(setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof(on)) == 0);
	CHECK(getsockopt(fd, SOL_UDP, UDP_GRO, &on, &len) == 0 && on == 1);
	on = 0;
	CHECK(setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof(on)) == 0);
}

static void cork(int fd)
{
	int on = 1, off = 0;

	CHECK(send(fd, "cork", 4, MSG_MORE) == 4);
	CHECK(send(fd, "to", 2, MSG_MORE) == 2);
	CHECK(send(fd, "go", 2, MSG_MORE) == 2);
	CHECK(send(fd, ".", 1, 0) == 1);
	expect(fd, 0, 9);
	CHECK(setsockopt(fd, SOL_UDP, UDP_CORK, &on, sizeof(on)) == 0);
	CHECK(send(fd, "cork", 4, 0) == 4);
	CHECK(write(fd, "togo.", 5) == 5);
	CHECK_FAILS(recv(fd, in, sizeof(in), MSG_DONTWAIT), EAGAIN);
	CHECK(setsockopt(fd, SOL_UDP, UDP_CORK, &off, sizeof(off)) == 0);
	expect(fd, 0, 9);
	CHECK(send(fd, "corktogo.", 9, 0) == 9);
	expect(fd, 0, 9);
}

int main(void)
{
	int fd;

	start_echo();
	fd = udp_connected();
	segments(fd);
	receive_offload(fd);
	cork(fd);
	return 0;
}
