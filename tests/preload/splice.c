/* SPDX-License-Identifier: MIT */
/*
 * splice(2) into a socket whose connection is pending.
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

static ssize_t into(int fd, const void *buf, size_t n)
{
	int p[2], error;
	ssize_t r;

	CHECK(pipe(p) == 0);
	CHECK(write(p[1], buf, n) == (ssize_t)n);
	r = splice(p[0], NULL, fd, NULL, n, 0);
	error = errno;
	close(p[0]);
	close(p[1]);
	errno = error;
	return r;
}

int main(void)
{
	check_sender(into);
	return 0;
}
