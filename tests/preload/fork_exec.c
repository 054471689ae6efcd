/* SPDX-License-Identifier: MIT */
/*
 * A child executes a program while its parent's connection is pending: neither
 * waits for the other.
 * log-count: 0 client left
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

int main(void)
{
	struct sockaddr_in good = park(WELL);
	int fd = begin(&good);
	long start = now_ms();
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(9);
	}
	check_child(pid);
	CHECK(now_ms() - start < PENDING_MS);
	await_peer(fd);
	block(fd);
	talk(fd);
	return 0;
}
