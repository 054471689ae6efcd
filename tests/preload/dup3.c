/* SPDX-License-Identifier: MIT */
/*
 * dup3(2): a program may take any number; what stood there without its
 * knowledge goes elsewhere.
 * run: 
 * run: limit=64:4096
 * run: limit=64:64
 * run: args=early,network
 */
#include "fds.h"

static void plain(void)
{
	int null = open("/dev/null", O_RDONLY);

	CHECK_FAILS(dup3(null, null, 0), EINVAL);
	CHECK_FAILS(dup3(null, 50, O_APPEND), EINVAL);
	errno = E2BIG;
	CHECK(dup3(null, 50, O_CLOEXEC) == 50 && errno == E2BIG && is_open(50));
	CHECK(fcntl(50, F_GETFD) == FD_CLOEXEC);
	CHECK_FAILS(dup3(-1, 50, O_CLOEXEC), EBADF);
	CHECK(is_open(50));
	CHECK_FAILS(dup3(null, -1, O_CLOEXEC), EBADF);
	CHECK_FAILS(dup3(null, 0x7fffffff, O_CLOEXEC), EBADF);
	close(50);
	close(null);
}

static int foreign[FOREIGN_MAX], count;

/* Numbers above the limit cannot be had: there is nothing to be seen. */
static void take_all(int fd)
{
	for (int i = 0; i < count; i++) {
		if (foreign[i] >= limit())
			CHECK_FAILS(dup3(fd, foreign[i], O_CLOEXEC), EBADF);
		else
			CHECK(dup3(fd, foreign[i], O_CLOEXEC) == foreign[i]);
	}
}

int main(int argc, char **argv)
{
	int pipes[2];
	char x = 0;
	pid_t pid;

	if (is_child(argc, argv))
		return child();
	if (argc > 1)
		use_network();
	count = foreign_fds(foreign);
	CHECK(count > 0);
	plain();
	CHECK(pipe(pipes) == 0);
	pid = vfork();
	if (pid == 0) {
		take_all(pipes[1]);
		execve(SELF, child_argv, empty_env);
		_exit(9);
	}
	check_child(pid);
	still_proxied();

	take_all(pipes[1]);
	if (foreign[0] < limit()) {
		/* It is the program's now. */
		CHECK(write(foreign[0], "x", 1) == 1);
		CHECK(read(pipes[0], &x, 1) == 1 && x == 'x');
	}
	still_proxied();
	return 0;
}
