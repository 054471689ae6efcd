/* SPDX-License-Identifier: MIT */
/*
 * sendmmsg(2) while a connection is pending: an address is not looked at.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 */
#include "pending_io.h"

static ssize_t addressed(int fd, const void *buf, size_t n,
			 struct sockaddr *sa, socklen_t len)
{
	struct iovec v = { (void *)(uintptr_t)buf, n };
	struct mmsghdr m = { .msg_hdr = { .msg_name = sa, .msg_namelen = len,
					  .msg_iov = &v, .msg_iovlen = 1 } };
	int r = sendmmsg(fd, &m, 1, 0);

	return r < 0 ? r : (ssize_t)m.msg_len;
}

/* With an address and without, by turns. */
static ssize_t by_turns(int fd, const void *buf, size_t n)
{
	static struct sockaddr_in sin;
	int domain = 0;
	socklen_t len = sizeof(domain);
	static int turn;

	sin = ipv4("192.0.2.1", 9);
	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len);
	return domain == AF_INET && turn++ % 2 == 0
		       ? addressed(fd, buf, n, (struct sockaddr *)&sin,
				   sizeof(sin))
		       : addressed(fd, buf, n, NULL, 0);
}

int main(void)
{
	check_sender(by_turns);
	return 0;
}
