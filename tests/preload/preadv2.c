/* SPDX-License-Identifier: MIT */
/*
 * preadv2(2) and preadv64v2, another name of it: without an offset it is readv(2);
 * RWF_NOWAIT does not wait, whatever the socket is.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 */
#include "pending_io.h"

#include <sys/uio.h>

static ssize_t in_two(int fd, void *buf, size_t n)
{
	struct iovec v[2] = { { buf, 1 }, { (char *)buf + 1, n - 1 } };

	return preadv2(fd, v, 2, -1, 0);
}

int main(void)
{
	struct sockaddr_in good;
	char buf[4];
	struct iovec v = { buf, 4 };
	int fd;

	check_receiver(in_two);

	good = park(WELL);
	fd = begin(&good);
	CHECK_FAILS(preadv64v2(fd, &v, 1, -1, 0), EAGAIN);
	CHECK_FAILS(preadv2(fd, &v, 1, 0, 0), ESPIPE);
	block(fd);
	CHECK_FAILS(preadv2(fd, &v, 1, -1, RWF_NOWAIT), EAGAIN);
	CHECK_FAILS(preadv64v2(fd, &v, 1, -1, RWF_NOWAIT), EAGAIN);
	return 0;
}
