/* SPDX-License-Identifier: MIT */
/*
 * recv(2).
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

static ssize_t plain(int fd, void *buf, size_t n)
{
	return recv(fd, buf, n, 0);
}

int main(void)
{
	struct sockaddr_in good;
	char buf[4];
	int fd;

	check_receiver(plain);

	/* MSG_DONTWAIT on one that waits. */
	good = park(WELL);
	fd = begin(&good);
	block(fd);
	CHECK_FAILS(recv(fd, buf, 4, MSG_DONTWAIT), EAGAIN);
	CHECK_FAILS(recv(fd, buf, 4, MSG_DONTWAIT | MSG_PEEK), EAGAIN);
	return 0;
}
