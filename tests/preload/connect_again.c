/* SPDX-License-Identifier: MIT */
/*
 * connect(2) again on a non-blocking socket that is connected: 0 once, as the
 * kernel has it, or EISCONN; and nothing reaches the target.
 * script: read-greeting; send 0500; read-request; reply 0; expect 'ping'
 * script: send 'ping'; stall
 * log-count: 0 unexpected
 * options: --timeout=1
 */
#include "victim.h"

#include <fcntl.h>
#include <poll.h>

int main(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	if (connect4(fd, TARGET, PORT) != 0) {
		CHECK(errno == EINPROGRESS);
		CHECK(poll(&p, 1, 5000) == 1 && p.revents == POLLOUT);
	}
	CHECK(connect4(fd, TARGET, PORT) == 0 || errno == EISCONN);
	CHECK_FAILS(connect4(fd, TARGET, PORT), EISCONN);
	CHECK(fcntl(fd, F_SETFL, 0) == 0);
	talk(fd);
	return 0;
}
