/* SPDX-License-Identifier: MIT */
/*
 * A proxy that wants to know who it is relays datagrams for.
 * run: SOCKS_USERNAME=alice SOCKS_PASSWORD=s3cret
 * script: read-greeting; send 0502; read-auth; send 0100; read-request; relay; next
 * script: read-greeting; send 0502; read-auth; send 0101; close
 * log-count: 2 auth user=alice password=s3cret$
 * log-count: 1 request cmd=3
 * log-count: 1 datagram
 * says: socksify: .*alice.*
 */
#define ECHO_PORT 7026
#include "datagram.h"

int main(void)
{
	start_echo();
	ask(udp_socket(), "for alice");
	CHECK_FAILS(send4(udp_socket(), "x", TARGET, ECHO_PORT), ENETUNREACH);
	return 0;
}
