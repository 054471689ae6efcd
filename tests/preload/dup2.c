/* SPDX-License-Identifier: MIT */
/*
 * dup2(2), __dup2: a program may take any number; what stood there without its
 * knowledge goes elsewhere.
 * run: 
 * run: limit=64:4096
 * run: limit=64:64
 * run: args=early,network
 */
#include <dlfcn.h>

#include "fds.h"

static void plain(void)
{
	int null = open("/dev/null", O_RDONLY);
	__typeof__(dup2) *alias =
		(__typeof__(dup2) *)dlsym(RTLD_DEFAULT, "__dup2");

	CHECK(alias != NULL && alias(null, 51) == 51 && close(51) == 0);
	CHECK(dup2(null, null) == null);
	errno = E2BIG;
	CHECK(dup2(null, 50) == 50 && errno == E2BIG && is_open(50));
	CHECK_FAILS(dup2(-1, 50), EBADF);
	CHECK(is_open(50));
	CHECK_FAILS(dup2(null, -1), EBADF);
	CHECK_FAILS(dup2(null, 0x7fffffff), EBADF);
	close(50);
	close(null);
}

static int foreign[FOREIGN_MAX], count;

/* Numbers above the limit cannot be had: there is nothing to be seen. */
static void take_all(int fd)
{
	for (int i = 0; i < count; i++) {
		if (foreign[i] >= limit())
			CHECK_FAILS(dup2(fd, foreign[i]), EBADF);
		else
			CHECK(dup2(fd, foreign[i]) == foreign[i]);
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
