/* SPDX-License-Identifier: MIT */
/*
 * What does not come from the relay, or has no right header, is nobody's: the
 * program waits on, no longer than it said; a connected socket hears its peer.
 * script: read-greeting; send 0500; read-request; relay stranger bad; next
 * script: read-greeting; send 0500; read-request; relay source=9.9.9.9:9
 * log-count: 2 request
 * log-count: 0 no header
 */
#include "datagram.h"

int main(void)
{
	int fd = udp_socket(), peer = udp_connected();
	struct timeval patience = { 0, 400000 };
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	long start, spent;
	char buf[10];

	ask(fd, "hello");
	ask(fd, "again");
	CHECK_FAILS(recv(fd, buf, sizeof(buf), MSG_DONTWAIT), EAGAIN);

	CHECK(setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience,
			 sizeof(patience)) == 0);
	CHECK(send(peer, "x", 1, 0) == 1);
	if (fork() == 0) {
		for (int i = 0; i < 8; i++) {
			usleep(100000);
			send(peer, "x", 1, 0);
		}
		_exit(0);
	}
	start = now_ms();
	CHECK_FAILS(recv(peer, buf, sizeof(buf), 0), EAGAIN);
	spent = now_ms() - start;
	CHECK(spent >= 390 && spent < 700);
	CHECK_FAILS(recv(peer, buf, sizeof(buf), MSG_PEEK), EAGAIN);

	/* Unconnected, it hears everybody. */
	CHECK(connect(peer, &(struct sockaddr){ AF_UNSPEC },
		      sizeof(struct sockaddr)) == 0);
	CHECK_FAILS(getpeername(peer, (void *)&from, &len), ENOTCONN);
	CHECK_FAILS(send(peer, "x", 1, 0), EDESTADDRREQ);
	wait(NULL);
	while (recv(peer, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	from = ipv4(TARGET, ECHO_PORT);
	CHECK(sendto(peer, "y", 1, 0, (void *)&from, sizeof(from)) == 1);
	CHECK(recvfrom(peer, buf, sizeof(buf), 0, (void *)&from, &len) == 1);
	check_from(&from, len, "9.9.9.9", 9);
	return 0;
}
