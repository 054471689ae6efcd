/* SPDX-License-Identifier: MIT */
/*
 * Parent and child connect, each for itself, at the same time: neither learns
 * the other's outcome.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
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
#include "pending.h"

int main(void)
{
	struct sockaddr_in good, bad;
	int first, mine;
	pid_t pid;

	/* So that the child finds what the parent has begun with. */
	good = park(WELL);
	first = begin(&good);
	await_peer(first);
	good = park(WELL);
	bad = park(REFUSED);
	pid = fork();
	if (pid == 0) {
		struct pollfd p = { .events = POLLOUT };

		poll(NULL, 0, 150);
		p.fd = begin(&bad);
		while (poll(&p, 1, 1) == 0) {
			if (connect(p.fd, (struct sockaddr *)&bad,
				    sizeof(bad)) < 0 && errno == EALREADY)
				continue;
			/* It has just come to its end, unless ... */
			CHECK(poll(&p, 1, 0) == 1);
			_exit(0);
		}
		CHECK(so_error(p.fd) == ECONNREFUSED);
		_exit(0);
	}
	mine = begin(&good);
	poll(NULL, 0, 300);
	await_peer(mine);
	block(mine);
	talk(mine);
	check_child(pid);
	return 0;
}
