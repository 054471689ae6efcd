/* SPDX-License-Identifier: MIT */
/*
 * One socket, with a relay and without: what a rule sends direct arrives, and is
 * heard; multicast, broadcast and what a rule blocks is refused.
 * options: --direct=127.0.0.1 --block=127.6.6.6
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request
 * log-count: 3 datagram
 * log-count: 0 no header
 */
#include "datagram.h"

int main(void)
{
	int other = udp_socket(), fd = udp_socket(), on = 1;
	struct sockaddr_in there = ipv4("127.0.0.1", 0), from;
	struct sockaddr_in refused = ipv4("127.6.6.6", 9);
	socklen_t len = sizeof(there);
	char buf[400];

	CHECK(bind(other, (void *)&there, len) == 0);
	CHECK(getsockname(other, (void *)&there, &len) == 0);
	for (int i = 0; i < 3; i++) {
		CHECK(sendto(fd, "direct", 6, 0, (void *)&there, len) == 6);
		CHECK(recvfrom(other, buf, 10, 0, (void *)&from, &len) == 6);
		CHECK(memcmp(buf, "direct", 6) == 0);
		memset(buf, 'b', sizeof(buf));
		CHECK(sendto(other, buf, 400, 0, (void *)&from, len) == 400);
		memset(buf, 0, sizeof(buf));
		/* Cut, and where our own header would have been. */
		CHECK(recvfrom(fd, buf, 300, 0, (void *)&from, &len) == 300);
		CHECK(buf[0] == 'b' && buf[299] == 'b' && buf[300] == 0);
		CHECK(from.sin_port == there.sin_port);
		ask(fd, "relay");
	}
	CHECK_FAILS(sendto(fd, "x", 1, 0, (void *)&refused, len), EACCES);
	refused = ipv4("224.0.0.251", 5353);
	CHECK_FAILS(sendto(fd, "x", 1, 0, (void *)&refused, len), ENETUNREACH);
	CHECK(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) == 0);
	refused = ipv4("255.255.255.255", 9);
	CHECK_FAILS(sendto(fd, "x", 1, 0, (void *)&refused, len), ENETUNREACH);
	return 0;
}
