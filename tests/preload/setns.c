/* SPDX-License-Identifier: MIT */
/*
 * setns(2) into a user namespace, which wants a process of one thread, right
 * after a pending connect has come to its end.
 * script: read-greeting; send 0500; read-request; delay 100; reply 0; echo
 */
#include "pending.h"

#include <sched.h>

/* Another user namespace, and its file; -1 where that is forbidden. */
static int other_namespace(void)
{
	char path[64], c;
	int fd, ends[2];
	pid_t pid;

	CHECK(pipe(ends) == 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		c = unshare(CLONE_NEWUSER) == 0 ? 'y' : 'n';
		CHECK(write(ends[1], &c, 1) == 1);
		pause();
	}
	read_exactly(ends[0], &c, 1);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	fd = c == 'y' ? open(path, O_RDONLY) : -1;
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	close(ends[0]);
	close(ends[1]);
	return fd;
}

int main(void)
{
	int ns = other_namespace(), fd;

	if (ns < 0)
		return EXIT_SKIP;
	CHECK_FAILS(setns(-1, 0), EBADF);
	CHECK_FAILS(setns(0, 0), EINVAL);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CHECK_FAILS(connect4(fd, TARGET, PORT), EINPROGRESS);
	await_peer(fd);
	CHECK(setns(ns, CLONE_NEWUSER) == 0);
	CHECK(write(fd, "ping", 4) == 4);
	await_input(fd);
	return 0;
}
