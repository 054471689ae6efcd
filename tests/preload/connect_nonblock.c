/* SPDX-License-Identifier: MIT */
/*
 * connect(2) of a non-blocking socket: at once or EINPROGRESS; the outcome is
 * the same.
 * script: read-greeting; send 0500; read-request; delay 100; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 100; reply 5; close
 */
#include "victim.h"

#include <fcntl.h>
#include <poll.h>

/* Return: SO_ERROR, when it is settled */
static int outcome(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(int);
	int error;

	if (connect4(fd, TARGET, PORT) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	CHECK(poll(&p, 1, 5000) == 1);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0);
	return error;
}

int main(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd p = { .events = POLLIN };
	char buf[4];

	CHECK(outcome(fd) == 0);
	CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
	CHECK_FAILS(read(fd, buf, 4), EAGAIN);
	CHECK(write(fd, "ping", 4) == 4);
	p.fd = fd;
	CHECK(poll(&p, 1, 5000) == 1 && p.revents == POLLIN);
	CHECK(read(fd, buf, 4) == 4 && memcmp(buf, "ping", 4) == 0);
	check_peer(fd, TARGET, PORT);
	close(fd);

	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CHECK(outcome(fd) == ECONNREFUSED);
	CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
	return 0;
}
