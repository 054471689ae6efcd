/* SPDX-License-Identifier: MIT */
/*
 * Where the relay is: at the proxy's own address if it says 0.0.0.0 or a name,
 * at another than the control connection's family; nowhere without a port.
 * script: read-greeting; send 0500; read-request; relay zero; next
 * script: read-greeting; send 0500; read-request; relay name=relay.test; next
 * script: read-greeting; send 0500; read-request; relay name=127.0.0.1; next
 * script: read-greeting; send 0500; read-request; relay bad stranger zero; next
 * script: read-greeting; send 0500; read-request; reply 0; stall
 * log-count: 5 request cmd=3
 * log-count: 8 datagram
 * log-count: 0 no header
 */
#define ECHO_PORT 7024
#include "datagram.h"

int main(void)
{
	for (int i = 0; i < 4; i++) {
		int fd = udp_socket();

		ask(fd, "unconnected");
		CHECK(connect4(fd, TARGET, ECHO_PORT) == 0);
		CHECK(send(fd, "connected", 9, 0) == 9);
		expect_from(fd, "connected", TARGET, ECHO_PORT);
		check_peer(fd, TARGET, ECHO_PORT);
	}
	CHECK_FAILS(send4(udp_socket(), "x", TARGET, ECHO_PORT), ENETUNREACH);
	return 0;
}
