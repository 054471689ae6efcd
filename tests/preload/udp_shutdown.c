/* SPDX-License-Identifier: MIT */
/*
 * shutdown(2) of a UDP socket, connected or not.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 0 data=never
 * log-count: 0 no header
 */
#define ECHO_PORT 7044
#include "datagram.h"

int main(void)
{
	int fd, peer;
	char c;

	signal(SIGPIPE, SIG_IGN);
	start_echo();
	fd = udp_socket();
	CHECK_FAILS(shutdown(fd, SHUT_WR), ENOTCONN);
	/* All the same it is shut. */
	CHECK_FAILS(send4(fd, "never", TARGET, ECHO_PORT), EPIPE);
	peer = udp_connected();
	CHECK(send(peer, "one", 3, 0) == 3);
	expect_text(peer, "one");
	CHECK(send(peer, "two", 3, 0) == 3);
	CHECK(shutdown(peer, SHUT_WR) == 0);
	CHECK_FAILS(send(peer, "never", 5, 0), EPIPE);
	CHECK_FAILS(send(peer, "never", 5, MSG_NOSIGNAL), EPIPE);
	CHECK_FAILS(send4(peer, "never", TARGET, ECHO_PORT), EPIPE);
	expect_text(peer, "two");
	CHECK(shutdown(peer, SHUT_RD) == 0);
	CHECK(recv(peer, &c, 1, 0) == 0);
	CHECK(read(peer, &c, 1) == 0);
	check_peer(peer, TARGET, ECHO_PORT);
	return 0;
}
