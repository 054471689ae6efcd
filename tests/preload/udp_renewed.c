/* SPDX-License-Identifier: MIT */
/*
 * A relay that is gone is replaced at a later send, connected or not.
 * script: read-greeting; send 0500; read-request; relay zero lose=2; next
 * script: read-greeting; send 0500; read-request; relay lose=2; next
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 4 request
 * log-count: 0 no header
 */
#include "datagram.h"

static void again(int fd)
{
	char buf[10];

	CHECK(send(fd, "x", 1, 0) == 1);
	CHECK(recv(fd, buf, 10, 0) == 1);
	check_peer(fd, TARGET, ECHO_PORT);
}

int main(void)
{
	int fd = udp_socket(), peer = udp_connected();

	ask(fd, "1");
	again(peer);
	ask(fd, "2");
	again(peer);
	usleep(2100000);
	ask(fd, "3");
	again(peer);
	return 0;
}
