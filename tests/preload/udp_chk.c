/* SPDX-License-Identifier: MIT */
/*
 * Datagrams to fortified programs: __recv_chk, __recvfrom_chk, __read_chk and
 * __poll_chk.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request
 * log-count: 0 no header
 */
#define ECHO_PORT 7014
#include "datagram.h"

/* The compiler must not know them. */
static volatile size_t room = 8;
static volatile nfds_t one = 1;

int main(void)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	struct pollfd p[2];
	char buf[8];
	int fd;

	start_echo();
	fd = udp_socket();
	CHECK(send4(fd, "fromfrom", TARGET, ECHO_PORT) == 8);
	p[0] = (struct pollfd){ .fd = fd, .events = POLLIN };
	CHECK(poll(p, one, 2000) == 1 && p[0].revents == POLLIN);
	CHECK(recvfrom(fd, buf, room, 0, (void *)&from, &len) == 8);
	CHECK(memcmp(buf, "fromfrom", 8) == 0);
	check_from(&from, len, TARGET, ECHO_PORT);
	CHECK(connect4(fd, TARGET, ECHO_PORT) == 0);
	CHECK(send(fd, "recv", 4, 0) == 4);
	CHECK(recv(fd, buf, room, 0) == 4 && memcmp(buf, "recv", 4) == 0);
	CHECK(write(fd, "write", 5) == 5);
	CHECK(read(fd, buf, room) == 5 && memcmp(buf, "write", 5) == 0);
	return 0;
}
