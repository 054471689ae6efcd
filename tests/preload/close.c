/* SPDX-License-Identifier: MIT */
/*
 * close(2), __close: a program that closes whatever there may be is proxied
 * all the same, and learns of no error; the rest is the kernel's.
 * run: 
 * run: limit=64:4096
 * run: limit=64:64
 * run: args=early,network
 */
#include <dlfcn.h>

#include "fds.h"

static void plain(void)
{
	__typeof__(close) *alias =
		(__typeof__(close) *)dlsym(RTLD_DEFAULT, "__close");
	int fd = open("/dev/null", O_RDONLY);

	errno = E2BIG;
	CHECK(close(fd) == 0 && errno == E2BIG);
	CHECK_FAILS(close(fd), EBADF);
	CHECK_FAILS(close(-1), EBADF);
	CHECK_FAILS(close(limit() - 20), EBADF);
	CHECK_FAILS(close(0x7fffffff), EBADF);
	fd = open("/dev/null", O_RDONLY);
	CHECK(alias != NULL && alias(fd) == 0);
	CHECK_FAILS(alias(fd), EBADF);
}

int main(int argc, char **argv)
{
	int foreign[FOREIGN_MAX], n = foreign_fds(foreign);
	pid_t pid;

	if (is_child(argc, argv))
		return child();
	if (argc > 1)
		use_network();
	plain();
	CHECK(n > 0);
	for (int i = 0; i < n; i++) {
		CHECK(close(foreign[i]) == 0);
		CHECK(is_open(foreign[i]));
	}
	still_proxied();
	for (int fd = 3; fd < limit() + 100; fd++)
		close(fd);
	still_proxied();

	/* All of them, as a daemon does. */
	pid = fork();
	if (pid == 0) {
		for (int fd = 0; fd < limit() + 100; fd++)
			close(fd);
		for (int fd = 0; fd < 3; fd++)
			CHECK(open("/dev/null", O_RDWR) == fd);
		still_proxied();
		_exit(0);
	}
	check_child(pid);

	pid = vfork();
	if (pid == 0) {
		for (int fd = 3; fd < limit() + 100; fd++)
			close(fd);
		execve(SELF, child_argv, empty_env);
		_exit(9);
	}
	check_child(pid);
	still_proxied();
	return 0;
}
