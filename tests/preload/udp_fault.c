/* SPDX-License-Identifier: MIT */
/*
 * Bad pointers are the kernel's to refuse, with and without a relay.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 0 no header
 */
#define ECHO_PORT 7018
#include "datagram.h"

/* The compiler must not know that it is bad. */
static void *volatile bad = (void *)8;

static void sends(int fd, void *name, socklen_t len)
{
	struct iovec iov = { bad, 4 };
	struct mmsghdr msgs = { .msg_hdr = { .msg_name = name,
					     .msg_namelen = len,
					     .msg_iov = &iov,
					     .msg_iovlen = 1 } };

	CHECK_FAILS(sendto(fd, bad, 4, 0, name, len), EFAULT);
	CHECK_FAILS(sendmsg(fd, &msgs.msg_hdr, 0), EFAULT);
	CHECK_FAILS(sendmmsg(fd, &msgs, 1, 0), EFAULT);
	msgs.msg_hdr.msg_iov = bad;
	CHECK_FAILS(sendmsg(fd, &msgs.msg_hdr, 0), EFAULT);
	CHECK_FAILS(sendmmsg(fd, &msgs, 1, 0), EFAULT);
	iov.iov_base = "good";
	msgs.msg_hdr.msg_iov = &iov;
	msgs.msg_hdr.msg_control = bad;
	msgs.msg_hdr.msg_controllen = 20;
	CHECK_FAILS(sendmsg(fd, &msgs.msg_hdr, 0), EFAULT);
	CHECK_FAILS(sendmmsg(fd, &msgs, 1, 0), EFAULT);
	msgs.msg_hdr.msg_control = NULL;
	msgs.msg_hdr.msg_controllen = 0;
	msgs.msg_hdr.msg_name = bad;
	msgs.msg_hdr.msg_namelen = sizeof(struct sockaddr_in);
	CHECK_FAILS(sendmsg(fd, &msgs.msg_hdr, 0), EFAULT);
	CHECK_FAILS(sendmmsg(fd, &msgs, 1, 0), EFAULT);
	CHECK_FAILS(sendto(fd, "x", 1, 0, bad, 16), EFAULT);
	CHECK_FAILS(sendmsg(fd, bad, 0), EFAULT);
	CHECK_FAILS(sendmmsg(fd, bad, 1, 0), EFAULT);
}

/* With a datagram waiting; the kernel drops it with the error. */
static void receives(int fd)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char buf[10];
	struct iovec iov = { bad, 4 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	for (int i = 0; i < 4; i++)
		CHECK(send4(fd, "some", TARGET, ECHO_PORT) == 4);
	usleep(100000);
	CHECK_FAILS(recvmsg(fd, bad, 0), EFAULT);
	CHECK_FAILS(recvmmsg(fd, bad, 1, 0, NULL), EFAULT);
	CHECK_FAILS(recv(fd, bad, 4, MSG_PEEK), EFAULT);
	CHECK_FAILS(recvmsg(fd, &msg, MSG_PEEK), EFAULT);
	msg.msg_iov = bad;
	CHECK_FAILS(recvmsg(fd, &msg, 0), EFAULT);
	CHECK_FAILS(recvfrom(fd, buf, 10, 0, (void *)&from, bad), EFAULT);
	CHECK_FAILS(recvfrom(fd, buf, 10, 0, bad, &len), EFAULT);
}

int main(void)
{
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);
	int fd, peer;

	start_echo();
	fd = udp_socket();
	peer = udp_connected();
	for (int i = 0; i < 2; i++) {
		sends(fd, &to, sizeof(to));
		sends(peer, NULL, 0);
		ask(fd, "now with a relay");
		CHECK(send(peer, "x", 1, 0) == 1);
		expect_text(peer, "x");
	}
	receives(fd);
	return 0;
}
