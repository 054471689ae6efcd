/* SPDX-License-Identifier: MIT */
/*
 * Half as many connections in flight as there may be descriptors, and more: with
 * no more than a program needs for itself.
 * run: limit=256:4096
 * run: limit=1024:4096
 * script: read-greeting; send 0500; read-request; delay 300; reply 0; stall
 */
#include "pending.h"

#include <sys/resource.h>

int main(void)
{
	struct rlimit limit;
	struct pollfd p[1024];
	int n;

	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	n = (int)limit.rlim_cur - 24;
	for (int i = 0; i < n; i++) {
		p[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		CHECK(p[i].fd >= 0);
		p[i].events = POLLOUT;
		CHECK_FAILS(connect4(p[i].fd, TARGET, PORT), EINPROGRESS);
	}
	for (int left = n; left > 0; left--) {
		CHECK(poll(p, (nfds_t)n, 20000) >= 1);
		for (int i = 0; i < n; i++) {
			if (p[i].fd < 0 || p[i].revents == 0)
				continue;
			CHECK(so_error(p[i].fd) == 0);
			p[i].fd = -1;
			break;
		}
	}
	return 0;
}
