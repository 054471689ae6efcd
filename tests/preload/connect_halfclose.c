/* SPDX-License-Identifier: MIT */
/*
 * connect(2), then each end closes its direction while data still comes the
 * other way.
 * script: read-greeting; send 0500; read-request; reply 0
 * script: expect 'question'; delay 100; send 'answer'; close; next
 * script: read-greeting; send 0500; read-request; reply 0; send 'bye'; close
 */
#include "victim.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

int main(void)
{
	char buf[16];
	int fd = connected(), unsent = 1;

	CHECK(write(fd, "question", 8) == 8);
	CHECK(shutdown(fd, SHUT_WR) == 0);
	CHECK_FAILS(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	read_exactly(fd, buf, 6);
	CHECK(memcmp(buf, "answer", 6) == 0);
	CHECK(read(fd, buf, 1) == 0);
	close(fd);

	fd = connected();
	read_exactly(fd, buf, 3);
	CHECK(memcmp(buf, "bye", 3) == 0);
	CHECK(read(fd, buf, 1) == 0);
	for (int i = 0; i < 10; i++) {
		CHECK(send(fd, "data", 4, MSG_NOSIGNAL) == 4);
		usleep(2000);
	}
	/* All of it has been taken by the other end. */
	for (int i = 0; i < 500 && unsent > 0; i++) {
		usleep(2000);
		CHECK(ioctl(fd, SIOCOUTQ, &unsent) == 0);
	}
	CHECK(unsent == 0);
	return 0;
}
