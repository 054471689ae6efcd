/* SPDX-License-Identifier: MIT */
/*
 * A socket that has left its first number before it gets a relay: whoever has
 * that number by then is not concerned.
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 3 request cmd=3
 * log-count: 3 client left
 * log-count: 0 no header
 */
#define ECHO_PORT 7038
#include "datagram.h"

#include <fcntl.h>

static void check_nobodys(int fd)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	CHECK_FAILS(getpeername(fd, (void *)&sin, &len), ENOTCONN);
	CHECK_FAILS(send(fd, "x", 1, 0), EDESTADDRREQ);
}

int main(void)
{
	int fd = udp_socket(), peer = udp_connected(), a, b;

	CHECK(dup2(fd, 20) == 20 && dup2(peer, 21) == 21);
	CHECK(close(fd) == 0 && close(peer) == 0);
	a = udp_socket();
	b = udp_socket();
	CHECK(a == fd && b == peer);
	ask(20, "unconnected");
	CHECK(send(21, "connected", 9, 0) == 9);
	expect_from(21, "connected", TARGET, ECHO_PORT);
	check_nobodys(a);
	check_nobodys(b);
	ask(b, "its own");
	check_peer(21, TARGET, ECHO_PORT);
	/* With nobody there. */
	CHECK(close(a) == 0 && close(b) == 0);
	ask(20, "unconnected");
	CHECK(send(21, "connected", 9, 0) == 9);
	expect_from(21, "connected", TARGET, ECHO_PORT);
	return 0;
}
