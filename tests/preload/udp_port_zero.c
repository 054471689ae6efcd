/* SPDX-License-Identifier: MIT */
/*
 * Nobody has port 0: EINVAL.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 0 port=0 length
 */
#include "datagram.h"

int main(void)
{
	int fd = udp_socket(), fd6 = udp_socket6();

	for (int i = 0; i < 2; i++) {
		CHECK_FAILS(send4(fd, "x", TARGET, 0), EINVAL);
		CHECK_FAILS(send6(fd6, "x", "::ffff:" TARGET, 0), EINVAL);
		CHECK_FAILS(send6(fd6, "x", "::1", 0), EINVAL);
		send4(fd, "y", TARGET, ECHO_PORT);
		send6(fd6, "y", "::1", ECHO_PORT);
	}
	return 0;
}
