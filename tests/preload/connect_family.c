/* SPDX-License-Identifier: MIT */
/*
 * connect(2) of an AF_INET6 socket with an AF_INET address: the kernel's
 * error, and no word about the proxy.
 * native: yes
 * log-count: 0 request
 */
#include "victim.h"

int main(void)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	struct sockaddr_storage ss = { 0 };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	CHECK_FAILS(connect(fd, (void *)&sin, sizeof(sin)), EINVAL);
	memcpy(&ss, &sin, sizeof(sin));
	CHECK_FAILS(connect(fd, (void *)&ss, sizeof(struct sockaddr_in6)),
		    EAFNOSUPPORT);
	return 0;
}
