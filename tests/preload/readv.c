/* SPDX-License-Identifier: MIT */
/*
 * readv(2).
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

	return readv(fd, v, 2);
}

int main(void)
{
	check_receiver(in_two);
	return 0;
}
