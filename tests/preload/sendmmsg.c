/* SPDX-License-Identifier: MIT */
/*
 * sendmmsg(2): a batch on AF_UNIX stays one; datagrams that the proxy does not
 * take are refused; MSG_FASTOPEN is a connect.
 * script: read-greeting; send 0500; read-request; reply 7; close; next
 * script: read-greeting; send 0500; read-request; reply 0; echo
 * log: 2 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "victim.h"

static struct iovec iov[3] = { { "a", 1 }, { "bb", 2 }, { "ccc", 3 } };
static struct mmsghdr batch[3];

static void fill(void *name, socklen_t len)
{
	for (int i = 0; i < 3; i++)
		batch[i] = (struct mmsghdr){
			.msg_hdr = { .msg_name = name, .msg_namelen = len,
				     .msg_iov = &iov[i], .msg_iovlen = 1 },
			.msg_len = 99,
		};
}

static void local(void)
{
	int pair[2];
	char buf[4];

	CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
	fill(NULL, 0);
	CHECK(sendmmsg(pair[0], batch, 3, 0) == 3);
	for (int i = 0; i < 3; i++) {
		CHECK(batch[i].msg_len == (unsigned)i + 1);
		CHECK(recv(pair[1], buf, 4, 0) == i + 1);
	}
	CHECK(sendmmsg(pair[0], batch, 0, 0) == 0);
	CHECK_FAILS(sendmmsg(-1, batch, 3, 0), EBADF);
	CHECK_FAILS(sendmmsg(pair[0], NULL, 3, 0), EFAULT);
	CHECK_FAILS(sendmmsg(pair[0], (void *)1, 3, 0), EFAULT);
}

static void datagrams(void)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	fill(&sin, sizeof(sin));
	CHECK_FAILS(sendmmsg(fd, batch, 3, 0), ENETUNREACH);
	/* The first has no address at all: the kernel's answer. */
	batch[0].msg_hdr.msg_name = NULL;
	CHECK_FAILS(sendmmsg(fd, batch, 3, 0), EDESTADDRREQ);
}

static void fast_open(void)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	int fd = tcp_socket(), n;
	char buf[6];

	fill(&sin, sizeof(sin));
	n = sendmmsg(fd, batch, 3, MSG_FASTOPEN);
	CHECK(n == 1 && batch[0].msg_len == 1);
	for (int i = n; i < 3; i++)
		batch[i].msg_hdr.msg_name = NULL;
	CHECK(sendmmsg(fd, batch + n, (unsigned)(3 - n), 0) == 3 - n);
	read_exactly(fd, buf, 6);
	CHECK(memcmp(buf, "abbccc", 6) == 0);
	check_peer(fd, TARGET, PORT);
}

int main(void)
{
	local();
	datagrams();
	fast_open();
	return 0;
}
