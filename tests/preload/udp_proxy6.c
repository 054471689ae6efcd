/* SPDX-License-Identifier: MIT */
/*
 * A proxy that has only an IPv6 address: AF_INET6 sockets reach its relay, for
 * all destinations; AF_INET sockets do where the relay is at an IPv4 one.
 * proxy: 6
 * script: read-greeting; send 0500; read-request; relay; next
 * script: read-greeting; send 0500; read-request; relay zero; next
 * script: read-greeting; send 0500; read-request; relay only4; next
 * script: read-greeting; send 0500; read-request; relay only4; next
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 0 no header
 * log-count: 4 datagram .* atyp=1 host=127\.1\.2\.3 port=7025
 * log-count: 3 datagram .* atyp=4 host=2001:db8::7 port=7025
 */
#define ECHO_PORT 7025
#include "datagram.h"

int main(void)
{
	int fd;

	for (int i = 0; i < 3; i++) {
		fd = udp_socket6();
		CHECK(send6(fd, "four", "::ffff:" TARGET, ECHO_PORT) == 4);
		expect_from6(fd, "four", "::ffff:" TARGET, ECHO_PORT);
		CHECK(connect6(fd, TARGET6, ECHO_PORT) == 0);
		CHECK(send(fd, "six", 3, 0) == 3);
		expect_from6(fd, "six", TARGET6, ECHO_PORT);
	}
	fd = udp_socket();
	ask(fd, "by way of IPv4");
	fd = udp_socket();
	CHECK_FAILS(send4(fd, "x", TARGET, ECHO_PORT), ENETUNREACH);
	return 0;
}
