/* SPDX-License-Identifier: MIT */
/*
 * Where the proxy has relays, queries go as any other datagrams.
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request cmd=3
 * log-count: 0 request cmd=1
 * log-count: 2 datagram .*host=192.0.2.53 port=53
 */
#include "datagram.h"

int main(void)
{
	int fd = udp_socket();

	CHECK(send4(fd, "to port 53", "192.0.2.53", 53) == 10);
	expect_from(fd, "to port 53", "192.0.2.53", 53);
	CHECK(send4(fd, "again", "192.0.2.53", 53) == 5);
	expect_from(fd, "again", "192.0.2.53", 53);
	return 0;
}
