/* SPDX-License-Identifier: MIT */
/*
 * splice(2) out of a socket whose connection is pending.
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

static ssize_t out_of(int fd, void *buf, size_t n)
{
	int p[2], error;
	ssize_t r;

	CHECK(pipe(p) == 0);
	r = splice(fd, NULL, p[1], NULL, n, 0);
	error = errno;
	if (r > 0)
		read_exactly(p[0], buf, (size_t)r);
	close(p[0]);
	close(p[1]);
	errno = error;
	return r;
}

int main(void)
{
	check_receiver(out_of);
	return 0;
}
