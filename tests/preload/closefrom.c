/* SPDX-License-Identifier: MIT */
/*
 * closefrom(3): as close(2).
 * run: 
 * run: limit=64:4096
 * run: limit=64:64
 * run: args=early,network
 */
#include "fds.h"

int main(int argc, char **argv)
{
	int low = open("/dev/null", O_RDONLY), high = fcntl(low, F_DUPFD, 40);
	pid_t pid;

	if (is_child(argc, argv))
		return child();
	if (argc > 1)
		use_network();
	errno = E2BIG;
	closefrom(low + 1);
	CHECK(errno == E2BIG);
	CHECK(is_open(low) && !is_open(high));
	closefrom(3);
	CHECK(!is_open(low));
	still_proxied();
	pid = vfork();
	if (pid == 0) {
		closefrom(3);
		execve(SELF, child_argv, empty_env);
		_exit(9);
	}
	check_child(pid);
	pid = fork();
	if (pid == 0) {
		closefrom(-5);
		for (int fd = 0; fd < 3; fd++)
			CHECK(open("/dev/null", O_RDWR) == fd);
		still_proxied();
		_exit(0);
	}
	check_child(pid);
	still_proxied();
	return 0;
}
