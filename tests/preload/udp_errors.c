/* SPDX-License-Identifier: MIT */
/*
 * Errors that come in by themselves: the relay's port is closed. They come as
 * those of a peer: by a call or by SO_ERROR, once, and by the error queue with
 * what was sent and to whom, without a header.
 * script: read-greeting; send 0500; read-request; relay shut=1
 * log-count: 0 no header
 */
#define ECHO_PORT 7028
#include "datagram.h"

#include <linux/errqueue.h>

static void one_datagram(int fd)
{
	CHECK(send(fd, "x", 1, 0) == 1);
	expect_text(fd, "x");
	usleep(100000); /* until the port is closed */
}

static void by_option(void)
{
	int fd = udp_connected(), error = 0;
	socklen_t len = sizeof(error);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	one_datagram(fd);
	CHECK(send(fd, "lost", 4, 0) == 4);
	CHECK(poll(&p, 1, 2000) == 1 && (p.revents & POLLERR) != 0);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0);
	CHECK(error == ECONNREFUSED);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0);
	CHECK(error == 0);
	expect_nothing(fd);
}

static void by_recv(void)
{
	int fd = udp_connected();
	char c;

	one_datagram(fd);
	CHECK(send(fd, "lost", 4, 0) == 4);
	CHECK_FAILS(recv(fd, &c, 1, 0), ECONNREFUSED);
	expect_nothing(fd);
}

static void by_queue(void)
{
	int fd = udp_connected(), on = 1;
	struct pollfd p = { .fd = fd };
	struct sockaddr_in to;
	char buf[100], control[512];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_name = &to, .msg_namelen = sizeof(to),
			      .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct sock_extended_err *e;
	struct cmsghdr *c;

	CHECK(setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)) == 0);
	one_datagram(fd);
	CHECK_FAILS(recvmsg(fd, &msg, MSG_ERRQUEUE), EAGAIN);
	CHECK(send(fd, "what was sent", 13, 0) == 13);
	CHECK(poll(&p, 1, 2000) == 1 && (p.revents & POLLERR) != 0);
	memset(buf, '#', sizeof(buf));
	CHECK(recvmsg(fd, &msg, MSG_ERRQUEUE) == 13);
	CHECK(memcmp(buf, "what was sent", 13) == 0);
	CHECK((msg.msg_flags & MSG_ERRQUEUE) != 0);
	check_from(&to, msg.msg_namelen, TARGET, ECHO_PORT);
	c = CMSG_FIRSTHDR(&msg);
	CHECK(c && c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR);
	e = (struct sock_extended_err *)CMSG_DATA(c);
	CHECK(e->ee_errno == ECONNREFUSED &&
	      e->ee_origin == SO_EE_ORIGIN_ICMP);
	CHECK_FAILS(recvmsg(fd, &msg, MSG_ERRQUEUE), EAGAIN);
}

int main(void)
{
	by_option();
	by_recv();
	by_queue();
	return 0;
}
