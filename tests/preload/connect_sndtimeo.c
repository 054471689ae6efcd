/* SPDX-License-Identifier: MIT */
/*
 * SO_SNDTIMEO ends connect(2) with EINPROGRESS; the socket then reads as
 * failed, never as connected. SO_RCVTIMEO does not end it.
 * script: read-greeting; send 0500; read-request; stall; next
 * script: read-greeting; delay 900; send 0500; read-request; reply 0; echo
 * log: 1 client left
 */
#include "victim.h"

#include <poll.h>
#include <sys/time.h>

int main(void)
{
	struct timeval tv = { 0, 300000 };
	struct pollfd p = { .events = POLLIN | POLLOUT };
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin), n = sizeof(int);
	int fd = tcp_socket(), error = 0;
	long start = now_ms();

	CHECK(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) == 0);
	CHECK_FAILS(connect4(fd, TARGET, PORT), EINPROGRESS);
	CHECK(now_ms() - start >= 290 && now_ms() - start < 2000);
	p.fd = fd;
	CHECK(poll(&p, 1, 3000) == 1);
	CHECK(p.revents & (POLLERR | POLLHUP));
	CHECK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0);
	CHECK(error != 0);
	CHECK_FAILS(getpeername(fd, (void *)&sin, &len), ENOTCONN);
	CHECK_FAILS(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	close(fd);

	fd = tcp_socket();
	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0);
	start = now_ms();
	CHECK(connect4(fd, TARGET, PORT) == 0);
	CHECK(now_ms() - start >= 800);
	talk(fd);
	return 0;
}
