/* SPDX-License-Identifier: MIT */
/*
 * No descriptor is left for the connection to the proxy: the send fails, goes
 * nowhere, and works when there is one again.
 * run: limit=40:40
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request
 * log-count: 1 datagram
 * log-count: 0 no header
 */
#define ECHO_PORT 7049
#include "datagram.h"

#include <fcntl.h>

int main(void)
{
	int fd = udp_socket(), quick = udp_socket(), last = -1, r;
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);

	start_echo();
	while ((r = open("/dev/null", O_RDONLY)) >= 0)
		last = r;
	CHECK(errno == EMFILE && last > fd);
	errno = 0;
	CHECK(send4(fd, "x", TARGET, ECHO_PORT) == -1 && errno != 0);
	CHECK(errno != EAGAIN && errno != EBADF);
	errno = 0;
	CHECK(sendto(quick, "x", 1, MSG_DONTWAIT, (void *)&to, sizeof(to)) ==
	      -1);
	for (int i = 0; i < 4; i++)
		CHECK(close(last - i) == 0);
	usleep(2100000);
	ask(fd, "now");
	return 0;
}
