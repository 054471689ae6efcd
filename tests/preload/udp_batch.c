/* SPDX-License-Identifier: MIT */
/*
 * sendmmsg(2) and recvmmsg(2): more than fits into one of our own batches, with
 * two destinations, and iovecs up to the kernel's limit.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request
 * log-count: 60 datagram .* host=127\.1\.2\.3 port=7007
 * log-count: 0 no header
 */
#include "datagram.h"

#define COUNT 59

static struct mmsghdr batch[COUNT];
static struct iovec iov[COUNT][2];
static char text[COUNT][8];
static struct sockaddr_in from[COUNT];

static void fill(struct sockaddr_in *to)
{
	for (int i = 0; i < COUNT; i++) {
		sprintf(text[i], "%04d", i);
		iov[i][0] = (struct iovec){ text[i], 1 };
		iov[i][1] = (struct iovec){ text[i] + 1, 3 };
		batch[i].msg_len = 99;
		batch[i].msg_hdr = (struct msghdr){
			.msg_name = to, .msg_namelen = sizeof(*to),
			.msg_iov = iov[i], .msg_iovlen = 2 };
	}
}

static void check_batch(int n)
{
	for (int i = 0; i < n; i++) {
		char want[8];

		sprintf(want, "%04d", i);
		CHECK(batch[i].msg_len == 4);
		CHECK(memcmp(text[i], want, 4) == 0);
		CHECK(batch[i].msg_hdr.msg_flags == 0);
		check_from(&from[i], batch[i].msg_hdr.msg_namelen, TARGET,
			   ECHO_PORT);
	}
}

static void many_iovecs(int fd)
{
	static struct iovec many[1025];
	static char octets[1025], back[1025];
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);
	struct msghdr msg = { .msg_name = &to, .msg_namelen = sizeof(to),
			      .msg_iov = many, .msg_iovlen = 1024 };

	for (int i = 0; i < 1025; i++) {
		octets[i] = (char)('a' + i % 26);
		many[i] = (struct iovec){ &octets[i], 1 };
	}
	CHECK(sendmsg(fd, &msg, 0) == 1024);
	for (int i = 0; i < 1025; i++)
		many[i].iov_base = &back[i];
	CHECK(recvmsg(fd, &msg, 0) == 1024);
	CHECK(memcmp(octets, back, 1024) == 0 && msg.msg_flags == 0);
	msg.msg_iovlen = 1025;
	CHECK_FAILS(sendmsg(fd, &msg, 0), EMSGSIZE);
}

int main(void)
{
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);
	struct timespec patience = { 2, 0 };
	int fd, n = 0;

	start_echo();
	fd = udp_socket();
	fill(&to);
	while (n < COUNT) {
		int r = sendmmsg(fd, batch + n, (unsigned)(COUNT - n), 0);

		CHECK(r > 0);
		n += r;
	}
	for (int i = 0; i < COUNT; i++) {
		CHECK(batch[i].msg_len == 4);
		memset(text[i], 0, sizeof(text[i]));
		batch[i].msg_hdr.msg_name = &from[i];
	}
	usleep(300000);
	CHECK(recvmmsg(fd, batch, COUNT, 0, &patience) == COUNT);
	check_batch(COUNT);
	CHECK_FAILS(recvmmsg(fd, batch, COUNT, MSG_DONTWAIT, NULL), EAGAIN);
	many_iovecs(fd);
	return 0;
}
