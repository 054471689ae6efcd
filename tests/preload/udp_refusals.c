/* SPDX-License-Identifier: MIT */
/*
 * However the proxy declines: an errno, no direct datagram, and the socket can
 * be used again. The relay that comes in the end belongs to all of them.
 * script: read-greeting; send 0500; read-request; reply 7; close; next
 * script: read-greeting; send 0500; read-request; reply 2; close; next
 * script: read-greeting; send 0500; read-request; reply 1; close; next
 * script: read-greeting; send 0500; read-request; reply 3; close; next
 * script: read-greeting; send 0500; read-request; reply 8; close; next
 * script: read-greeting; send 0500; read-request; close; next
 * script: read-greeting; send 0500; read-request; reset; next
 * script: read-greeting; send 05ff; close; next
 * script: read-greeting; send 0500; read-request; reply 0; close; next
 * script: read-greeting; send 0500; read-request; relay
 * says: socksify: .*
 * log-count: 10 request cmd=3
 * log-count: 2 datagram
 * log-count: 0 no header
 */
#define ECHO_PORT 7022
#include "datagram.h"

int main(void)
{
	static const int errors[] = { ENETUNREACH, EACCES,	 ECONNREFUSED,
				      ENETUNREACH, EAFNOSUPPORT, 0,
				      0,	   ENETUNREACH,	 ENETUNREACH };
	enum { COUNT = sizeof(errors) / sizeof(errors[0]) };
	int fds[COUNT];

	start_echo();
	for (int i = 0; i < COUNT; i++) {
		fds[i] = i % 2 ? udp_connected() : udp_socket();
		for (int k = 0; k < 2; k++) {
			errno = 0;
			if (i % 2)
				CHECK(send(fds[i], "x", 1, 0) == -1);
			else
				CHECK(send4(fds[i], "x", TARGET, ECHO_PORT) ==
				      -1);
			CHECK(errno != 0 && errno != EAGAIN);
			CHECK(errors[i] == 0 || errno == errors[i]);
		}
		expect_nothing(fds[i]);
	}
	usleep(2100000);
	ask(fds[0], "it came in the end");
	CHECK(send(fds[1], "connected", 9, 0) == 9);
	expect_text(fds[1], "connected");
	return 0;
}
