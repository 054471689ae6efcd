/* SPDX-License-Identifier: MIT */
/*
 * Every way to send and to receive: one association, one header each.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request cmd=3 atyp=1 host=0\.0\.0\.0 port=0$
 * log-count: 1 request
 * log-count: 0 no header
 * log-count: 0 unexpected
 * log: datagram rsv=0 frag=0 atyp=1 host=127\.1\.2\.3 port=7007 length=2 data=to
 */
#include "datagram.h"

static int fd;

static void await(const char *text)
{
	char buf[100];
	size_t n = strlen(text);

	CHECK(recv(fd, buf, sizeof(buf), 0) == (ssize_t)n);
	CHECK(memcmp(buf, text, n) == 0);
}

static void unconnected(void)
{
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT), from;
	struct iovec out[3] = { { "me", 2 }, { "", 0 }, { "ssage", 5 } };
	char a[3], b[10];
	struct iovec in[2] = { { a, 3 }, { b, 10 } };
	struct msghdr msg = { .msg_name = &to, .msg_namelen = sizeof(to),
			      .msg_iov = out, .msg_iovlen = 3 };

	CHECK(sendto(fd, "to", 2, 0, (void *)&to, sizeof(to)) == 2);
	await("to");
	CHECK(sendmsg(fd, &msg, 0) == 7);
	CHECK(msg.msg_name == &to && msg.msg_iovlen == 3);
	msg = (struct msghdr){ .msg_name = &from, .msg_namelen = sizeof(from),
			       .msg_iov = in, .msg_iovlen = 2 };
	CHECK(recvmsg(fd, &msg, 0) == 7);
	CHECK(memcmp(a, "mes", 3) == 0 && memcmp(b, "sage", 4) == 0);
	CHECK(msg.msg_flags == 0 && msg.msg_controllen == 0);
	check_from(&from, msg.msg_namelen, TARGET, ECHO_PORT);
	/* Less room for the name than it has. */
	memset(&from, 0, sizeof(from));
	CHECK(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)) == 1);
	msg.msg_namelen = 2;
	CHECK(recvmsg(fd, &msg, 0) == 1);
	CHECK(msg.msg_namelen == sizeof(from));
	CHECK(from.sin_family == AF_INET && from.sin_port == 0);
	/* Nothing in it. */
	CHECK(sendto(fd, NULL, 0, 0, (void *)&to, sizeof(to)) == 0);
	CHECK(recv(fd, a, sizeof(a), 0) == 0);
	CHECK_FAILS(send(fd, "x", 1, 0), EDESTADDRREQ);
	CHECK_FAILS(write(fd, "x", 1), EDESTADDRREQ);
}

static void connected_ways(void)
{
	struct iovec iov[2] = { { "wri", 3 }, { "tev", 3 } };
	char a[2], b[10];
	struct iovec in[2] = { { a, 2 }, { b, 10 } };

	CHECK(connect4(fd, TARGET, ECHO_PORT) == 0);
	check_peer(fd, TARGET, ECHO_PORT);
	CHECK(send(fd, "send", 4, 0) == 4);
	await("send");
	CHECK(write(fd, "write", 5) == 5);
	CHECK(read(fd, b, sizeof(b)) == 5 && memcmp(b, "write", 5) == 0);
	CHECK(writev(fd, iov, 2) == 6);
	CHECK(readv(fd, in, 2) == 6);
	CHECK(memcmp(a, "wr", 2) == 0 && memcmp(b, "itev", 4) == 0);
	CHECK(read(fd, b, 0) == 0);
	CHECK(write(fd, NULL, 0) == 0);
	CHECK(read(fd, b, sizeof(b)) == 0);
	CHECK_FAILS(send(fd, (void *)1, 10, 0), EFAULT);
	CHECK_FAILS(recv(fd, b, sizeof(b), MSG_DONTWAIT), EAGAIN);
}

int main(void)
{
	start_echo();
	fd = udp_socket();
	unconnected();
	connected_ways();
	return 0;
}
