/* SPDX-License-Identifier: MIT */
/*
 * SO_SNDTIMEO ends the wait for a relay; the next send asks again.
 * script: read-greeting; delay 1000; send 0500; read-request; relay; next
 * script: read-greeting; send 0500; read-request; delay 1000; relay; next
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 datagram
 * log-count: 0 no header
 */
#define ECHO_PORT 7043
#include "datagram.h"

int main(void)
{
	struct timeval patience = { 0, 300000 };
	int fd = udp_socket();

	CHECK(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
			 sizeof(patience)) == 0);
	for (int i = 0; i < 2; i++) {
		long start = now_ms();

		CHECK_FAILS(send4(fd, "x", TARGET, ECHO_PORT), EAGAIN);
		CHECK(now_ms() - start >= 290 && now_ms() - start < 900);
	}
	ask(fd, "in time");
	return 0;
}
