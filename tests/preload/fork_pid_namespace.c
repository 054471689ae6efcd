/* SPDX-License-Identifier: MIT */
/*
 * A child in a PID namespace of its own, from where its parent cannot be seen,
 * waits for the parent's connection as any other child does.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <sched.h>

int main(void)
{
	struct sockaddr_in good = park(WELL);
	int fd = begin(&good);
	pid_t pid;

	if (unshare(CLONE_NEWPID) < 0)
		return EXIT_SKIP; /* not for ordinary users */
	pid = fork();
	if (pid == 0) {
		CHECK(getppid() == 0);
		await_end(fd);
		_exit(0);
	}
	await_peer(fd);
	check_child(pid);
	block(fd);
	talk(fd);
	return 0;
}
