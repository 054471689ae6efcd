/* SPDX-License-Identifier: MIT */
/*
 * pwritev2(2) and pwritev64v2, another name of it: without an offset it is
 * writev(2); RWF_NOWAIT does not wait, whatever the socket is.
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

static ssize_t in_two(int fd, const void *buf, size_t n)
{
	char *octets = (char *)(uintptr_t)buf;
	struct iovec v[2] = { { octets, 1 }, { octets + 1, n - 1 } };

	return pwritev2(fd, v, 2, -1, 0);
}

int main(void)
{
	struct sockaddr_in good;
	char buf[4] = "ping";
	struct iovec v = { buf, 4 };
	int fd;

	check_sender(in_two);

	good = park(WELL);
	fd = begin(&good);
	CHECK_FAILS(pwritev64v2(fd, &v, 1, -1, 0), EAGAIN);
	CHECK_FAILS(pwritev2(fd, &v, 1, 0, 0), ESPIPE);
	block(fd);
	CHECK_FAILS(pwritev2(fd, &v, 1, -1, RWF_NOWAIT), EAGAIN);
	CHECK_FAILS(pwritev64v2(fd, &v, 1, -1, RWF_NOWAIT), EAGAIN);
	return 0;
}
