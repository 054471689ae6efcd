/* SPDX-License-Identifier: MIT */
/*
 * A relay that is gone, in other ways than by the end of its connection alone;
 * and one that has no successor: what it still had sent shows no header.
 * script: read-greeting; send 0500; read-request; relay shut=1; next
 * script: read-greeting; send 0500; read-request; relay shut=1; next
 * script: read-greeting; send 0500; read-request; relay lose=1; next
 * script: read-greeting; send 0500; read-request; reply 2; close; next
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 0 no header
 */
#define ECHO_PORT 7023
#include "datagram.h"

/* The relay's port refuses, as the peer's would: ECONNREFUSED once or twice */
static void shut(int fd)
{
	char buf[10];

	CHECK(send(fd, "one", 3, 0) == 3);
	expect_text(fd, "one");
	for (int i = 0; i < 4; i++) {
		ssize_t n = send(fd, "two", 3, 0);

		CHECK(n == 3 || (n == -1 && errno == ECONNREFUSED));
		n = recv(fd, buf, sizeof(buf), 0);
		CHECK(n == 3 || (n == -1 && (errno == ECONNREFUSED ||
					     errno == EAGAIN)));
	}
}

/* An answer that nobody has read yet, and then there is no relay any more. */
static void no_successor(void)
{
	int fd = udp_socket();
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char buf[100];
	ssize_t n;

	CHECK(send4(fd, "answered", TARGET, ECHO_PORT) == 8);
	usleep(2100000);
	CHECK_FAILS(send4(fd, "x", TARGET, ECHO_PORT), EACCES);
	n = recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT, (void *)&from, &len);
	if (n < 0)
		CHECK(errno == EAGAIN);
	else {
		CHECK(n == 8 && memcmp(buf, "answered", 8) == 0);
		check_from(&from, len, TARGET, ECHO_PORT);
	}
	usleep(2100000);
	ask(fd, "again");
}

int main(void)
{
	struct timeval patience = { 0, 200000 };
	int peer = udp_connected(), other = udp_connected();

	start_echo();
	CHECK(setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience,
			 sizeof(patience)) == 0);
	CHECK(setsockopt(other, SOL_SOCKET, SO_RCVTIMEO, &patience,
			 sizeof(patience)) == 0);
	shut(peer);
	shut(other);
	no_successor();
	return 0;
}
