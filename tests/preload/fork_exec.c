/* SPDX-License-Identifier: MIT */
/*
 * A child executes a program while its parent's connection is pending: that
 * goes on.
 * log-count: 0 client left
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

int main(void)
{
	struct sockaddr_in good = park(WELL);
	int fd = begin(&good);
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(9);
	}
	check_child(pid);
	await_peer(fd);
	block(fd);
	talk(fd);
	return 0;
}
