/* SPDX-License-Identifier: MIT */
/*
 * Rules are about datagrams, too: by address, network, port and name; a direct
 * name goes to its real address, and is heard as that.
 * options: --direct=127.0.0.1 --direct=127.7.7.0/24 --direct=:7153
 * options: --block=127.6.6.6 --block=.blocked.test --block=:7253
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request cmd=3
 * log-count: 2 datagram .* host=127\.1\.2\.3 port=7053 length=5 data=proxy
 * log-count: 2 datagram
 */
#define ECHO_PORT 7053
#include "datagram.h"

#include <netdb.h>

static int direct_at(const char *host, uint16_t port)
{
	struct sockaddr_in here = ipv4(host, port);
	int fd = udp_socket();

	CHECK(bind(fd, (void *)&here, sizeof(here)) == 0);
	return fd;
}

static void blocked_name(int fd)
{
	struct addrinfo hints = { .ai_family = AF_INET,
				  .ai_socktype = SOCK_DGRAM };
	struct addrinfo *ai;

	CHECK(getaddrinfo("web.blocked.test", "53", &hints, &ai) == 0);
	CHECK_FAILS(sendto(fd, "x", 1, 0, ai->ai_addr, ai->ai_addrlen),
		    EACCES);
	CHECK_FAILS(connect(fd, ai->ai_addr, ai->ai_addrlen), EACCES);
	freeaddrinfo(ai);
}

int main(void)
{
	int one = direct_at("127.0.0.1", ECHO_PORT);
	int net = direct_at("127.7.7.7", ECHO_PORT);
	int port = direct_at("127.1.2.3", 7153);
	int fd = udp_socket(), peer = udp_socket();

	for (int i = 0; i < 2; i++) {
		CHECK(send4(fd, "one", "127.0.0.1", ECHO_PORT) == 3);
		expect_text(one, "one");
		CHECK(send4(fd, "net", "127.7.7.7", ECHO_PORT) == 3);
		expect_text(net, "net");
		CHECK(send4(fd, "port", TARGET, 7153) == 4);
		expect_text(port, "port");
		CHECK_FAILS(send4(fd, "x", "127.6.6.6", ECHO_PORT), EACCES);
		CHECK_FAILS(send4(fd, "x", TARGET, 7253), EACCES);
		blocked_name(fd);
		ask(fd, "proxy");
	}
	/* From the proxy to a direct peer, and back */
	CHECK(connect4(peer, TARGET, ECHO_PORT) == 0);
	CHECK(connect4(peer, "127.0.0.1", ECHO_PORT) == 0);
	CHECK(send(peer, "direct", 6, 0) == 6);
	expect_text(one, "direct");
	check_peer(peer, "127.0.0.1", ECHO_PORT);
	return 0;
}
