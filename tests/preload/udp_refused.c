/* SPDX-License-Identifier: MIT */
/*
 * The proxy has no relay: sends fail, and nothing is sent anywhere. It is asked
 * again after a while.
 * script: read-greeting; send 0500; read-request; reply 7; close; next
 * script: read-greeting; send 0500; read-request; reply 2; close; next
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 3 request cmd=3
 * log-count: 1 datagram
 */
#include "datagram.h"

int main(void)
{
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);
	int fd = udp_socket(), peer = udp_connected();
	char buf[10];

	CHECK_FAILS(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)),
		    ENETUNREACH);
	CHECK_FAILS(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)),
		    ENETUNREACH);
	CHECK_FAILS(send(peer, "x", 1, 0), EACCES);
	CHECK_FAILS(recv(fd, buf, 10, MSG_DONTWAIT), EAGAIN);
	usleep(2200000);
	ask(fd, "later");
	return 0;
}
