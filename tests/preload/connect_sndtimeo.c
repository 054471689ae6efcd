/* SPDX-License-Identifier: MIT */
/*
 * SO_SNDTIMEO ends connect(2) with EINPROGRESS; it goes on in the background.
 * SO_RCVTIMEO does not end it.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <sys/time.h>

int main(void)
{
	struct timeval tv = { 0, 100000 };
	struct sockaddr_in good = park(WELL), bad;
	struct sockaddr *to = (struct sockaddr *)&good;
	struct pollfd p = { .events = POLLIN | POLLOUT };
	socklen_t len = sizeof(good);
	int fd = tcp_socket();
	long start = now_ms();

	CHECK(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) == 0);
	CHECK_FAILS(connect(fd, to, len), EINPROGRESS);
	CHECK(now_ms() - start >= 95 && now_ms() - start < PENDING_MS);
	p.fd = fd;
	CHECK(poll(&p, 1, 0) == 0);
	CHECK(so_error(fd) == 0);
	CHECK_FAILS(getpeername(fd, (void *)&good, &len), ENOTCONN);
	CHECK(poll(&p, 1, ENDED_MS) == 1 && p.revents == POLLOUT);
	CHECK(now_ms() - start >= PENDING_MS);
	CHECK(so_error(fd) == 0);
	talk(fd);
	close(fd);

	/* Refused in the end. */
	bad = park(REFUSED);
	to = (struct sockaddr *)&bad;
	fd = tcp_socket();
	CHECK(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) == 0);
	CHECK_FAILS(connect(fd, to, len), EINPROGRESS);
	p.fd = fd;
	CHECK(poll(&p, 1, ENDED_MS) == 1);
	CHECK(p.revents == (POLLIN | POLLOUT | POLLERR | POLLHUP));
	CHECK(so_error(fd) == ECONNREFUSED);
	CHECK(so_error(fd) == 0);
	CHECK_FAILS(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	close(fd);

	good = park(WELL);
	to = (struct sockaddr *)&good;
	fd = tcp_socket();
	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0);
	start = now_ms();
	CHECK(connect(fd, to, len) == 0);
	CHECK(now_ms() - start >= PENDING_MS);
	talk(fd);
	return 0;
}
