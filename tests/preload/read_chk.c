/* SPDX-License-Identifier: MIT */
/*
 * __read_chk: read(2) as fortified programs call it (this is one).
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

static ssize_t receive_own(int fd, void *buf, size_t n)
{
	char own[8];
	ssize_t r = read(fd, own, n);

	if (r > 0)
		memcpy(buf, own, (size_t)r);
	return r;
}

int main(void)
{
	check_receiver(receive_own);
	return 0;
}
