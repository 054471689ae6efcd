/* SPDX-License-Identifier: MIT */
/*
 * Parent and child are process 1 each, of its own PID namespace: the child is
 * another process nevertheless.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <sched.h>

static void child(int fd, const struct sockaddr_in *good)
{
	int own = begin(good);

	CHECK(getpid() == 1);
	await_peer(fd);
	await_peer(own);
	block(own);
	talk(own);
	_exit(0);
}

static void parent(const struct sockaddr_in *good)
{
	int fd = begin(good);
	pid_t pid;

	CHECK(getpid() == 1);
	CHECK(unshare(CLONE_NEWPID) == 0);
	pid = fork();
	if (pid == 0)
		child(fd, good);
	await_peer(fd);
	block(fd);
	talk(fd);
	check_child(pid);
	_exit(0);
}

int main(void)
{
	struct sockaddr_in good = park(WELL);
	pid_t pid;

	if (unshare(CLONE_NEWPID) < 0)
		return EXIT_SKIP; /* not for ordinary users */
	pid = fork();
	if (pid == 0)
		parent(&good);
	check_child(pid);
	return 0;
}
