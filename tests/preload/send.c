/* SPDX-License-Identifier: MIT */
/*
 * send(2), and __send, another name of it that no header has.
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

#include <dlfcn.h>

static __typeof__(send) *function = send;

static ssize_t plain(int fd, const void *buf, size_t n)
{
	return function(fd, buf, n, 0);
}

int main(void)
{
	struct sockaddr_in good;
	int fd;

	check_sender(plain);

	/* MSG_DONTWAIT on one that waits; the other name. */
	good = park(WELL);
	fd = begin(&good);
	block(fd);
	CHECK_FAILS(send(fd, "x", 1, MSG_DONTWAIT), EAGAIN);
	function = (__typeof__(send) *)dlsym(RTLD_DEFAULT, "__send");
	CHECK(function != NULL);
	CHECK_FAILS(function(fd, "x", 1, MSG_DONTWAIT), EAGAIN);
	return 0;
}
