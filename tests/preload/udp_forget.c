/* SPDX-License-Identifier: MIT */
/*
 * Sent, and the socket closed at once, or the program at its end: the control
 * connection must not be gone before the relay has looked at the datagram.
 * script: read-greeting; send 0500; read-request; relay hesitant=20
 * run: args=closed
 * run: args=return
 * run: args=_exit
 * run: args=exec
 * run: args=queued
 * run: args=child
 * log-count: 1 datagram .* length=4 data=fire
 * log-count: 1 client left
 * log-count: 0 no header
 */
#define ECHO_PORT 7052
#include "datagram.h"

#include <fcntl.h>

static int fire(int flags)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | flags, 0);

	CHECK(fd >= 0 && send4(fd, "fire", TARGET, ECHO_PORT) == 4);
	return fd;
}

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "";
	long start, least = 1000;
	int fd = fire(strcmp(way, "queued") == 0 ? SOCK_NONBLOCK : 0);
	int status;
	pid_t pid;

	if (strcmp(way, "closed") == 0) {
		start = now_ms();
		CHECK(close(fd) == 0 && now_ms() - start < 90);
		poll(NULL, 0, 1000); /* and it ends, though this does not */
	} else if (strcmp(way, "_exit") == 0) {
		_exit(0);
	} else if (strcmp(way, "exec") == 0) {
		execl("/bin/true", "true", (char *)NULL);
	} else if (strcmp(way, "queued") == 0) {
		CHECK(close(fd) == 0);
	} else if (strcmp(way, "child") == 0) {
		/* Another's datagram is not a child's to wait for. */
		for (int i = 0; i < 5; i++) {
			start = now_ms();
			pid = fork();
			if (pid == 0)
				exit(0);
			CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
			CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
			if (now_ms() - start < least)
				least = now_ms() - start;
		}
		CHECK(least < 90);
	}
	return 0;
}
