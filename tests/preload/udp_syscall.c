/* SPDX-License-Identifier: MIT */
/*
 * Datagrams by syscall(2) and by the rarer calls of libc.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request
 * log-count: 0 no header
 */
#define ECHO_PORT 7013
#include "datagram.h"

#include <sys/syscall.h>

static int fd;
/* The compiler must not know that they are bad. */
static struct iovec *volatile nowhere = (struct iovec *)8;
static volatile int less = -1;

static void by_number(void)
{
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT), from;
	socklen_t len = sizeof(from);
	struct iovec out = { "by message", 10 };
	char buf[20];
	struct iovec in = { buf, sizeof(buf) };
	struct mmsghdr msg = { .msg_hdr = { .msg_name = &to,
					    .msg_namelen = sizeof(to),
					    .msg_iov = &out,
					    .msg_iovlen = 1 } };

	CHECK(syscall(SYS_sendto, fd, "sendto", 6L, 0L, &to,
		      (long)sizeof(to)) == 6);
	CHECK(syscall(SYS_recvfrom, fd, buf, 20L, 0L, &from, &len) == 6);
	check_from(&from, len, TARGET, ECHO_PORT);
	CHECK(syscall(SYS_sendmsg, fd, &msg.msg_hdr, 0L) == 10);
	msg.msg_hdr.msg_iov = &in;
	msg.msg_hdr.msg_name = &from;
	CHECK(syscall(SYS_recvmsg, fd, &msg.msg_hdr, 0L) == 10);
	CHECK(memcmp(buf, "by message", 10) == 0);
	msg.msg_hdr.msg_iov = &out;
	msg.msg_hdr.msg_name = &to;
	CHECK(syscall(SYS_sendmmsg, fd, &msg, 1L, 0L) == 1);
	CHECK(msg.msg_len == 10);
	msg.msg_hdr.msg_iov = &in;
	msg.msg_len = 0;
	memset(buf, 0, sizeof(buf));
	CHECK(syscall(SYS_recvmmsg, fd, &msg, 1L, 0L, NULL) == 1);
	CHECK(msg.msg_len == 10 && memcmp(buf, "by message", 10) == 0);
	CHECK(syscall(SYS_connect, fd, &to, (long)sizeof(to)) == 0);
	memset(&from, 0, sizeof(from));
	CHECK(syscall(SYS_getpeername, fd, &from, &len) == 0);
	check_from(&from, len, TARGET, ECHO_PORT);
}

static void at_no_offset(void)
{
	struct iovec out[2] = { { "pwri", 4 }, { "tev2", 4 } };
	char a[3], b[10];
	struct iovec in[2] = { { a, 3 }, { b, 10 } };

	CHECK(pwritev2(fd, out, 2, -1, 0) == 8);
	CHECK(preadv2(fd, in, 2, -1, 0) == 8);
	CHECK(memcmp(a, "pwr", 3) == 0 && memcmp(b, "itev2", 5) == 0);
	CHECK_FAILS(preadv2(fd, in, 2, -1, RWF_NOWAIT), EAGAIN);
	CHECK(pwritev2(fd, out, 2, -1, RWF_NOWAIT) == 8);
	expect_text(fd, "pwritev2");
	CHECK_FAILS(pwritev2(fd, out, 2, 0, 0), ESPIPE);
	CHECK_FAILS(writev(fd, out, less), EINVAL);
	CHECK_FAILS(readv(fd, nowhere, 1), EFAULT);
	CHECK_FAILS(writev(fd, nowhere, 1), EFAULT);
}

int main(void)
{
	start_echo();
	fd = udp_socket();
	by_number();
	at_no_offset();
	expect_nothing(fd);
	return 0;
}
