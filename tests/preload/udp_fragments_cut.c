/* SPDX-License-Identifier: MIT */
/*
 * A fragment that the program's buffer has no room for ends its sequence: what
 * comes later is not put together with what came before.
 * script: read-greeting; send 0500; read-request; relay fragments=2 swap
 * log-count: 4 datagram
 */
#define ECHO_PORT 7052
#include "datagram.h"

int main(void)
{
	int fd = udp_socket();
	static char text[2001], buf[10];

	ask(fd, "x"); /* too short to be cut up; and so long are headers */
	/* The second half is in vain, the first begins a sequence. */
	CHECK(send4(fd, "aaAA", TARGET, ECHO_PORT) == 4);
	usleep(100000);
	expect_nothing(fd);
	/* Both halves are cut. */
	memset(text, 'b', sizeof(text) - 1);
	CHECK(send4(fd, text, TARGET, ECHO_PORT) == 2000);
	usleep(100000);
	CHECK_FAILS(recv(fd, buf, sizeof(buf), MSG_DONTWAIT), EAGAIN);
	/* The second half of this one is nobody's. */
	CHECK(send4(fd, "ccCC", TARGET, ECHO_PORT) == 4);
	usleep(100000);
	expect_nothing(fd);
	return 0;
}
