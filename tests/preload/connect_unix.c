/* SPDX-License-Identifier: MIT */
/*
 * connect(2) of sockets that are none of the proxy's business.
 * native: yes
 * log-count: 0 request
 */
#include "victim.h"

#include <linux/netlink.h>
#include <sys/un.h>

static void unix_socket(int type)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(un), n = sizeof(un);
	int l = socket(AF_UNIX, type, 0), fd = socket(AF_UNIX, type, 0);
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	int peer;

	/* Without a path: the kernel finds a name. */
	CHECK(bind(l, (void *)&un, sizeof(un.sun_family)) == 0);
	CHECK(getsockname(l, (void *)&un, &len) == 0);
	CHECK_FAILS(connect(fd, (void *)&sin, sizeof(sin)), EINVAL);
	if (type != SOCK_DGRAM) {
		CHECK_FAILS(connect(fd, (void *)&un, len), ECONNREFUSED);
		CHECK(listen(l, 1) == 0);
	}
	CHECK(connect(fd, (void *)&un, len) == 0);
	CHECK(getpeername(fd, (void *)&un, &n) == 0 && n == len);
	CHECK(send(fd, "x", 1, 0) == 1);
	peer = type == SOCK_DGRAM ? l : accept(l, NULL, NULL);
	CHECK(recv(peer, &un, sizeof(un), 0) == 1);
	close(peer);
	close(l);
	close(fd);
}

int main(void)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	unix_socket(SOCK_STREAM);
	unix_socket(SOCK_SEQPACKET);
	unix_socket(SOCK_DGRAM);
	CHECK(fd >= 0 && connect(fd, (void *)&nl, sizeof(nl)) == 0);
	return 0;
}
