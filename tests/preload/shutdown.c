/* SPDX-License-Identifier: MIT */
/*
 * shutdown(2) ends a pending connect at once, whatever it is to shut down; the
 * socket can be connected again.
 * log-count: 4 client left
 * native: yes
 * script: read-greeting; send 0500; read-request; stall; next
 * script: read-greeting; send 0500; read-request; stall; next
 * script: read-greeting; send 0500; read-request; stall; next
 * script: read-greeting; send 0500; read-request; stall; next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

/* Return: the bits that poll reports */
static int revents(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP };

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

int main(void)
{
	struct sockaddr_in good;
	char buf[4];
	int fd[3], other = tcp_socket(), ends[2];

	/* What is not ours, what is nothing. */
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	CHECK(shutdown(ends[0], SHUT_WR) == 0);
	CHECK(read(ends[1], buf, 1) == 0);
	CHECK_FAILS(shutdown(-1, SHUT_WR), EBADF);
	CHECK_FAILS(shutdown(0, SHUT_WR), ENOTSOCK);
	CHECK_FAILS(shutdown(other, SHUT_WR), ENOTCONN);
	CHECK_FAILS(shutdown(other, 3), EINVAL);

	good = park(WELL);
	for (int how = SHUT_RD; how <= SHUT_RDWR; how++)
		fd[how] = begin(&good);
	CHECK_FAILS(shutdown(fd[0], 3), EINVAL);
	CHECK_FAILS(shutdown(fd[0], -1), EINVAL);
	poll(NULL, 0, 100); /* the proxy has the requests */
	for (int how = SHUT_RD; how <= SHUT_RDWR; how++) {
		CHECK(shutdown(fd[how], how) == 0);
		CHECK(revents(fd[how]) == (POLLOUT | POLLHUP | POLLERR));
		CHECK(so_error(fd[how]) == ECONNRESET);
		CHECK(so_error(fd[how]) == 0);
		CHECK(revents(fd[how]) == (POLLOUT | POLLHUP));
		CHECK_FAILS(recv(fd[how], buf, 4, 0), ENOTCONN);
	}

	/* Again, and this time for good. */
	begin_on(fd[SHUT_WR], &good);
	await_peer(fd[SHUT_WR]);
	CHECK(write(fd[SHUT_WR], "ping", 4) == 4);
	await_input(fd[SHUT_WR]);
	CHECK(shutdown(fd[SHUT_WR], SHUT_WR) == 0);
	CHECK(read(fd[SHUT_WR], buf, 4) == 4);
	block(fd[SHUT_WR]);
	CHECK(read(fd[SHUT_WR], buf, 4) == 0);
	return 0;
}
