/* SPDX-License-Identifier: MIT */
/*
 * connect(2) of a non-blocking socket and a proxy that falls silent.
 * options: --timeout=1
 * script: read-greeting; send 0500; read-request; stall
 */
#include "pending.h"

int main(void)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	long start = now_ms();
	int fd = begin(&sin);

	await_end(fd);
	CHECK(now_ms() - start >= 950 && now_ms() - start < 3000);
	CHECK(so_error(fd) == ETIMEDOUT);
	return 0;
}
