/* SPDX-License-Identifier: MIT */
/*
 * ioctl(2): a pending socket's queues are empty, whatever goes on with the
 * proxy; other descriptors answer as ever.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <sys/ioctl.h>

int main(void)
{
	struct sockaddr_in good = park(WELL);
	int ends[2], n = -1, fd;

	CHECK(pipe(ends) == 0 && write(ends[1], "four", 4) == 4);
	CHECK(ioctl(ends[0], FIONREAD, &n) == 0 && n == 4);
	CHECK_FAILS(ioctl(-1, FIONREAD, &n), EBADF);
	fd = begin(&good);
	for (int i = 0; i < 50; i++) {
		n = -1;
		CHECK(ioctl(fd, FIONREAD, &n) == 0 && n == 0);
		n = -1;
		CHECK(ioctl(fd, TIOCOUTQ, &n) == 0 && n == 0);
		usleep(2000);
	}
	await_peer(fd);
	block(fd);
	talk(fd);
	return 0;
}
