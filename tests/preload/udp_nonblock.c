/* SPDX-License-Identifier: MIT */
/*
 * Who may not wait does not: what is sent before there is a relay goes out in
 * order when there is one, for many sockets at a time; and even if the program
 * closes the socket, shuts it down or ends.
 * script: read-greeting; delay 300; send 0500; read-request; delay 300; relay
 * log-count: 13 request
 * log-count: 40 datagram .* data=n. 
 * log-count: 1 datagram .* data=shut
 * log-count: 1 datagram .* data=closed
 * log-count: 1 datagram .* data=last
 * log-count: 0 no header
 */
#include "datagram.h"

#include <fcntl.h>

static struct sockaddr_in to;

static void quickly(int fd, const char *text)
{
	long start = now_ms();
	ssize_t n = (ssize_t)strlen(text);

	CHECK(sendto(fd, text, (size_t)n, MSG_DONTWAIT, (void *)&to,
		     sizeof(to)) == n);
	CHECK(now_ms() - start < 150);
}

int main(void)
{
	struct pollfd p[10];
	char text[3] = "n?", buf[10];
	long start = now_ms();
	int fd;

	to = ipv4(TARGET, ECHO_PORT);
	for (int i = 0; i < 10; i++) {
		p[i].fd = udp_socket();
		p[i].events = POLLIN | POLLOUT;
		for (text[1] = '0'; text[1] < '4'; text[1]++)
			quickly(p[i].fd, text);
	}
	CHECK(poll(p, 10, 0) == 10 && p[0].revents == POLLOUT);
	for (int i = 0; i < 10; i++)
		for (char c = '0'; c < '4'; c++)
			CHECK(recv(p[i].fd, buf, 10, 0) == 2 && buf[1] == c);
	CHECK(now_ms() - start < 1400);

	fd = udp_connected();
	quickly(fd, "shut");
	CHECK(shutdown(fd, SHUT_WR) == 0);
	CHECK(recv(fd, buf, 10, 0) == 4);
	CHECK_FAILS(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);

	fd = udp_socket();
	quickly(fd, "closed");
	CHECK(close(fd) == 0);
	usleep(900000);
	quickly(udp_socket(), "last");
	return 0;
}
