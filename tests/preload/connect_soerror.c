/* SPDX-License-Identifier: MIT */
/*
 * connect(2) that failed has told so: no error is left pending on the socket.
 * script: read-greeting; send 0500; read-request; reply 5; close
 */
#include "victim.h"

#include <poll.h>

int main(void)
{
	int fd = tcp_socket(), error;
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(error);

	CHECK_FAILS(connect4(fd, TARGET, PORT), ECONNREFUSED);
	/* As of any socket that is not connected. */
	CHECK(poll(&p, 1, 0) == 1 && p.revents == (POLLOUT | POLLHUP));
	CHECK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0);
	CHECK(error == 0);
	CHECK_FAILS(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	return 0;
}
