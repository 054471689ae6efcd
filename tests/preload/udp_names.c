/* SPDX-License-Identifier: MIT */
/*
 * A name goes to the proxy as a name, by connect(2) and by sendto(2), and who
 * answers has its fake address, however the relay says who that is.
 * script: read-greeting; send 0500; read-request; relay; next
 * script: read-greeting; send 0500; read-request; relay source=192.0.2.7:5300; next
 * script: read-greeting; send 0500; read-request; relay source=[2001:db8::9]:5300; next
 * script: read-greeting; send 0500; read-request; relay source=WEB.Test:5300
 * log-count: 4 request
 * log-count: 8 datagram .* atyp=3 host=web\.test port=5300
 * log-count: 0 no header
 */
#include "datagram.h"

#include <netdb.h>

int main(void)
{
	struct addrinfo hints = { .ai_family = AF_INET,
				  .ai_socktype = SOCK_DGRAM };
	struct addrinfo *ai;

	CHECK(getaddrinfo("web.test", "5300", &hints, &ai) == 0);
	for (int i = 0; i < 4; i++) {
		int fd = udp_socket();
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		char buf[10];

		CHECK(sendto(fd, "to", 2, 0, ai->ai_addr, ai->ai_addrlen) == 2);
		CHECK(recvfrom(fd, buf, 10, 0, (void *)&from, &len) == 2);
		CHECK(len == ai->ai_addrlen);
		CHECK(memcmp(&from, ai->ai_addr, len) == 0);
		CHECK(connect(fd, ai->ai_addr, ai->ai_addrlen) == 0);
		CHECK(send(fd, "two", 3, 0) == 3);
		CHECK(recv(fd, buf, 10, 0) == 3);
		CHECK(getpeername(fd, (void *)&from, &len) == 0);
		CHECK(memcmp(&from, ai->ai_addr, len) == 0);
	}
	freeaddrinfo(ai);
	return 0;
}
