/* SPDX-License-Identifier: MIT */
/*
 * connect(2) of a non-blocking socket: who waits for a slow proxy sleeps.
 * script: read-greeting; send 0500; read-request; delay 1500; reply 0; echo
 */
#include "pending.h"

#include <sys/resource.h>

static long used_ms(void)
{
	struct rusage u;

	CHECK(getrusage(RUSAGE_SELF, &u) == 0);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

int main(void)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	long start = now_ms(), used = used_ms();
	int fd = begin(&sin);

	await_peer(fd);
	CHECK(now_ms() - start >= 1450);
	CHECK(used_ms() - used < 300);
	return 0;
}
