/* SPDX-License-Identifier: MIT */
/*
 * A vfork child sends by its parent's relay, however long ago that was made;
 * what it closes is not closed here.
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request cmd=3
 * log-count: 0 no header
 */
#define ECHO_PORT 7039
#include "datagram.h"

int main(void)
{
	int fd = udp_socket();
	pid_t pid;

	ask(fd, "parent");
	for (int i = 0; i < 2; i++) {
		pid = vfork();
		if (pid == 0) {
			ask(fd, "child");
			close(fd);
			_exit(0);
		}
		check_child(pid);
		ask(fd, "parent");
		usleep(2100000);
	}
	return 0;
}
