/* SPDX-License-Identifier: MIT */
/*
 * Two names and an address, asked from one socket at the same port: each answer
 * comes from where it was asked of, though the relay says but the addresses of
 * the names.
 * script: read-greeting; send 0500; read-request; relay resolve
 * log-count: 1 request
 * log-count: 0 no header
 */
#define ECHO_PORT 7020
#include "datagram.h"

#include <netdb.h>

static struct sockaddr_in to[3];

static struct sockaddr_in resolve(const char *name)
{
	struct addrinfo hints = { .ai_family = AF_INET,
				  .ai_socktype = SOCK_DGRAM };
	struct addrinfo *ai;
	struct sockaddr_in sin;

	CHECK(getaddrinfo(name, "7020", &hints, &ai) == 0);
	memcpy(&sin, ai->ai_addr, sizeof(sin));
	freeaddrinfo(ai);
	return sin;
}

static void out(int fd, char c)
{
	CHECK(sendto(fd, &c, 1, 0, (void *)&to[c - '0'], sizeof(to[0])) == 1);
}

static void in(int fd)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char c;

	CHECK(recvfrom(fd, &c, 1, 0, (void *)&from, &len) == 1);
	CHECK(from.sin_port == to[c - '0'].sin_port);
	CHECK(from.sin_addr.s_addr == to[c - '0'].sin_addr.s_addr);
}

int main(void)
{
	int fd = udp_socket();

	to[0] = resolve("one.test");
	to[1] = resolve("two.test");
	to[2] = ipv4("192.0.2.250", ECHO_PORT);
	/* One after the other ... */
	for (char c = '0'; c < '3'; c++) {
		out(fd, c);
		in(fd);
	}
	/* ... and at a time: by now it is known who is where. */
	for (int i = 0; i < 3; i++) {
		for (char c = '0'; c < '3'; c++)
			out(fd, c);
		for (int k = 0; k < 3; k++)
			in(fd);
	}
	return 0;
}
