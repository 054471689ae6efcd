/* SPDX-License-Identifier: MIT */
/*
 * connect(2) concerns the socket, by whatever number it is known.
 */
#include "victim.h"

#include <fcntl.h>

int main(void)
{
	int fd = tcp_socket(), before = dup(fd), after, high;

	CHECK(connect4(fd, TARGET, PORT) == 0);
	after = dup(fd);
	high = fcntl(fd, F_DUPFD_CLOEXEC, 100);
	CHECK(before >= 0 && after >= 0 && high >= 100);
	CHECK(close(fd) == 0);
	talk(before);
	check_peer(before, TARGET, PORT);
	CHECK_FAILS(connect4(before, TARGET, PORT), EISCONN);
	CHECK(dup2(before, fd) == fd);
	CHECK(close(before) == 0);
	talk(after);
	check_peer(after, TARGET, PORT);
	talk(high);
	check_peer(high, TARGET, PORT);
	talk(fd);
	check_peer(fd, TARGET, PORT);
	return 0;
}
