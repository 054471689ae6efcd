/* SPDX-License-Identifier: MIT */
/*
 * recvfrom(2).
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

static ssize_t from(int fd, void *buf, size_t n)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	return recvfrom(fd, buf, n, 0, (struct sockaddr *)&ss, &len);
}

static ssize_t from_nowhere(int fd, void *buf, size_t n)
{
	return recvfrom(fd, buf, n, 0, NULL, NULL);
}

int main(void)
{
	struct sockaddr_in good;
	int fd;

	check_receiver(from);
	good = park(WELL);
	fd = begin(&good);
	CHECK_FAILS(from_nowhere(fd, &good, 1), EAGAIN);
	return 0;
}
