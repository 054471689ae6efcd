/* SPDX-License-Identifier: MIT */
/*
 * What a rule blocks: EACCES, for every way to get there; but the kernel looks
 * at the descriptor first.
 * options: --block=127.9.9.9 --block=2001:db8::9
 * log-count: 0 request
 */
#include "victim.h"

#include <sys/un.h>

#define BLOCKED "127.9.9.9"

static void sends(int fd, int flags)
{
	struct sockaddr_in sin = ipv4(BLOCKED, PORT);
	struct iovec iov = { "x", 1 };
	struct mmsghdr msg = { .msg_hdr = { .msg_name = &sin,
					    .msg_namelen = sizeof(sin),
					    .msg_iov = &iov,
					    .msg_iovlen = 1 } };

	CHECK_FAILS(sendto(fd, "x", 1, flags, (void *)&sin, sizeof(sin)),
		    EACCES);
	CHECK_FAILS(sendmsg(fd, &msg.msg_hdr, flags), EACCES);
	CHECK_FAILS(sendmmsg(fd, &msg, 1, flags), EACCES);
}

int main(void)
{
	int tcp = tcp_socket(), tcp6 = socket(AF_INET6, SOCK_STREAM, 0);
	int udp = socket(AF_INET, SOCK_DGRAM, 0), pair[2];

	CHECK_FAILS(connect4(tcp, BLOCKED, PORT), EACCES);
	CHECK_FAILS(connect6(tcp6, "::ffff:" BLOCKED, PORT), EACCES);
	CHECK_FAILS(connect6(tcp6, "2001:db8::9", PORT), EACCES);
	CHECK_FAILS(connect4(udp, BLOCKED, PORT), EACCES);
	sends(tcp, MSG_FASTOPEN);
	sends(udp, 0);
	CHECK_FAILS(connect4(tcp, "224.0.0.1", PORT), ENETUNREACH);

	/* Not sockets of the internet: the kernel's own answers. */
	CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
	CHECK_FAILS(connect4(pair[0], BLOCKED, PORT), EINVAL);
	CHECK_FAILS(connect4(-1, BLOCKED, PORT), EBADF);
	CHECK(pipe(pair) == 0);
	CHECK_FAILS(connect4(pair[0], BLOCKED, PORT), ENOTSOCK);
	return 0;
}
