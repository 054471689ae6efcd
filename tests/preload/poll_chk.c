/* SPDX-License-Identifier: MIT */
/*
 * __poll_chk: poll(2) as fortified programs call it (this is one). An array
 * that is too small ends the program.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "polling.h"

static int checked(struct pollfd *fds, nfds_t n, int ms)
{
	/* Who sees that it fits has the compiler call the plain one. */
	volatile nfds_t size = n;
	struct pollfd own[8];
	int r;

	if (fds == NULL || n > 8)
		return poll(fds, n, ms);
	memcpy(own, fds, n * sizeof(*fds));
	r = poll(own, size, ms);
	memcpy(fds, own, n * sizeof(*fds));
	return r;
}

static void overflow(int fd)
{
	struct pollfd own[8] = { { .fd = fd } };
	volatile nfds_t many = 9;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		close(2);
		poll(own, many, 0);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
	struct sockaddr_in good;

	check_poll(checked);
	overflow(0);
	good = park(WELL);
	overflow(begin(&good));
	return 0;
}
