/* SPDX-License-Identifier: MIT */
/*
 * connect(2) and a proxy that falls silent: before the request it is the
 * proxy's fault, after it the target's.
 * options: --timeout=1
 * script: read-greeting; stall; next
 * script: read-greeting; send 0500; read-request; stall
 * says: socksify: proxy \S+ accepts, but does not answer .*
 */
#include "victim.h"

int main(void)
{
	int fd = tcp_socket();
	long start = now_ms();

	CHECK_FAILS(connect4(fd, TARGET, PORT), ENETUNREACH);
	CHECK(now_ms() - start >= 950 && now_ms() - start < 3000);
	start = now_ms();
	CHECK_FAILS(connect4(fd, TARGET, PORT), ETIMEDOUT);
	CHECK(now_ms() - start >= 950 && now_ms() - start < 3000);
	return 0;
}
