/* SPDX-License-Identifier: MIT */
/*
 * What the relay has cut in pieces comes as one; what is not whole, or out of
 * order, does not come, and is in nobody's way.
 * script: read-greeting; send 0500; read-request; relay fragments=3; next
 * script: read-greeting; send 0500; read-request; relay fragments=3 twice; next
 * script: read-greeting; send 0500; read-request; relay fragments=3 skip=2; next
 * script: read-greeting; send 0500; read-request; relay fragments=3 skip=3; next
 * script: read-greeting; send 0500; read-request; relay fragments=3 swap; next
 * script: read-greeting; send 0500; read-request; relay fragments=127
 * log-count: 6 request
 * log-count: 0 no header
 */
#define ECHO_PORT 7035
#include "datagram.h"

static void whole(int fd)
{
	static char out[60000], in[60000];
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT), from;
	socklen_t len = sizeof(from);

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7 + i / 256);
	for (size_t n = 127; n <= sizeof(out); n = n * 7 + 1) {
		CHECK(sendto(fd, out, n, 0, (void *)&to, sizeof(to)) ==
		      (ssize_t)n);
		CHECK(recvfrom(fd, in, sizeof(in), 0, (void *)&from, &len) ==
		      (ssize_t)n);
		CHECK(memcmp(in, out, n) == 0);
		check_from(&from, len, TARGET, ECHO_PORT);
	}
	ask(fd, "x"); /* shorter than its fragments were many */
}

static void broken(int fd)
{
	CHECK(send4(fd, "never", TARGET, ECHO_PORT) == 5);
	ask(fd, "x");
	CHECK(send4(fd, "never either", TARGET, ECHO_PORT) == 12);
	ask(fd, "y");
	expect_nothing(fd);
}

int main(void)
{
	whole(udp_socket());
	whole(udp_socket());
	broken(udp_socket());
	broken(udp_socket());
	broken(udp_socket());
	whole(udp_socket());
	return 0;
}
