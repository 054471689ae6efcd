/* SPDX-License-Identifier: MIT */
/*
 * __ppoll_chk: ppoll(2) as fortified programs call it (this is one).
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 */
#include "polling.h"

static int checked(struct pollfd *fds, nfds_t n, int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
	/* Who sees that it fits has the compiler call the plain one. */
	volatile nfds_t size = n;
	struct pollfd own[8];
	int r;

	if (fds == NULL || n > 8)
		return ppoll(fds, n, ms < 0 ? NULL : &t, NULL);
	memcpy(own, fds, n * sizeof(*fds));
	r = ppoll(own, size, ms < 0 ? NULL : &t, NULL);
	memcpy(fds, own, n * sizeof(*fds));
	return r;
}

int main(void)
{
	check_poll(checked);
	return 0;
}
