/* SPDX-License-Identifier: MIT */
/*
 * writev(2).
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

	return writev(fd, v, 2);
}

int main(void)
{
	check_sender(in_two);
	return 0;
}
