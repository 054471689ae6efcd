/* SPDX-License-Identifier: MIT */
/*
 * sendmsg(2): as sendto(2); descriptors pass over AF_UNIX untouched.
 * script: read-greeting; send 0500; read-request; reply 0; expect 'ping'
 * script: send 'pong'; echo; next
 * script: read-greeting; send 0500; read-request; reply 7; close
 * log: 1 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 * log-count: 0 unexpected
 */
#include "victim.h"

#include <sys/un.h>

static struct iovec iov[2] = { { "pi", 2 }, { "ng", 2 } };

static void fast_open(void)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	struct msghdr msg = { .msg_name = &sin, .msg_namelen = sizeof(sin),
			      .msg_iov = iov, .msg_iovlen = 2 };
	int fd = tcp_socket();
	char buf[4];

	CHECK(sendmsg(fd, &msg, MSG_FASTOPEN) == 4);
	CHECK(msg.msg_name == &sin && msg.msg_namelen == sizeof(sin));
	read_exactly(fd, buf, 4);
	CHECK(memcmp(buf, "pong", 4) == 0);
	check_peer(fd, TARGET, PORT);
	CHECK_FAILS(sendmsg(fd, &msg, MSG_FASTOPEN), EISCONN);
	msg.msg_name = NULL;
	CHECK(sendmsg(fd, &msg, 0) == 4);
	read_exactly(fd, buf, 4);
	CHECK(memcmp(buf, "ping", 4) == 0);
}

static void datagrams(void)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	struct msghdr msg = { .msg_name = &sin, .msg_namelen = sizeof(sin),
			      .msg_iov = iov, .msg_iovlen = 2 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	CHECK_FAILS(sendmsg(fd, &msg, 0), ENETUNREACH);
	CHECK_FAILS(sendmsg(-1, &msg, 0), EBADF);
	CHECK_FAILS(sendmsg(fd, NULL, 0), EFAULT);
	CHECK_FAILS(sendmsg(fd, (void *)1, 0), EFAULT);
	msg.msg_name = (void *)1;
	CHECK_FAILS(sendmsg(fd, &msg, 0), EFAULT);
}

/* A named AF_UNIX socket gets a descriptor and credentials. */
static void local(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(un);
	char control[CMSG_SPACE(sizeof(int))] = { 0 }, buf[4];
	struct msghdr msg = { .msg_name = &un, .msg_iov = iov,
			      .msg_iovlen = 2, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int to = socket(AF_UNIX, SOCK_DGRAM, 0), pipes[2], fd;
	int from = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct iovec in = { buf, 4 };

	CHECK(bind(to, (void *)&un, sizeof(un.sun_family)) == 0);
	CHECK(getsockname(to, (void *)&un, &len) == 0);
	CHECK(pipe(pipes) == 0);
	msg.msg_namelen = len;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &pipes[1], sizeof(int));
	CHECK(sendmsg(from, &msg, 0) == 4);

	memset(control, 0, sizeof(control));
	msg = (struct msghdr){ .msg_iov = &in, .msg_iovlen = 1,
			       .msg_control = control,
			       .msg_controllen = sizeof(control) };
	CHECK(recvmsg(to, &msg, 0) == 4 && memcmp(buf, "ping", 4) == 0);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
	CHECK(write(fd, "!", 1) == 1 && read(pipes[0], buf, 1) == 1);
}

int main(void)
{
	fast_open();
	datagrams();
	local();
	return 0;
}
