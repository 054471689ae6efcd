/* SPDX-License-Identifier: MIT */
/*
 * dup2(2), dup3(2) and close_range(2) that fail change nothing.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <linux/close_range.h>

int main(void)
{
	struct sockaddr_in good = park(WELL);
	int fd = begin(&good), again;
	char c;

	CHECK_FAILS(dup2(-1, fd), EBADF);
	CHECK_FAILS(dup2(99, fd), EBADF);
	CHECK_FAILS(dup3(99, fd, 0), EBADF);
	CHECK_FAILS(dup3(1, fd, 7), EINVAL);
	CHECK_FAILS(close_range((unsigned)fd, (unsigned)fd, 64), EINVAL);
	CHECK(close_range((unsigned)fd, (unsigned)fd,
			  CLOSE_RANGE_CLOEXEC) == 0);
	again = dup2(fd, fd);
	CHECK(again == fd);
	CHECK_FAILS(recv(fd, &c, 1, 0), EAGAIN);
	CHECK_FAILS(connect(fd, (struct sockaddr *)&good, sizeof(good)),
		    EALREADY);
	await_peer(fd);
	block(fd);
	talk(fd);
	return 0;
}
