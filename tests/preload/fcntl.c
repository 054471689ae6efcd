/* SPDX-License-Identifier: MIT */
/*
 * fcntl(2), __fcntl, fcntl64: a program that marks whatever there may be
 * close-on-exec executes proxied programs; the rest is the kernel's.
 * run: 
 * run: limit=64:4096
 * run: limit=64:64
 * run: args=early,network
 */
#include <dlfcn.h>

#include "fds.h"

typedef int fcntl_like(int, int, ...);

static void plain(fcntl_like *f)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char file[] = "/tmp/victim.XXXXXX";
	int fd = mkstemp(file), high;

	CHECK(f != NULL && fd >= 0);
	unlink(file);
	CHECK(f(fd, F_GETFD) == 0);
	CHECK(f(fd, F_SETFD, FD_CLOEXEC) == 0 && f(fd, F_GETFD) == FD_CLOEXEC);
	high = f(fd, F_DUPFD_CLOEXEC, 33);
	CHECK(high == 33 && f(high, F_GETFD) == FD_CLOEXEC);
	CHECK(f(fd, F_SETFL, O_NONBLOCK) == 0);
	CHECK(f(high, F_GETFL) & O_NONBLOCK);
	CHECK(f(fd, F_SETLK, &lock) == 0);
	CHECK(f(fd, F_GETLK, &lock) == 0 && lock.l_type == F_UNLCK);
	CHECK_FAILS(f(-1, F_GETFD), EBADF);
	CHECK_FAILS(f(-1, F_SETFD, FD_CLOEXEC), EBADF);
	CHECK_FAILS(f(limit() - 20, F_SETFD, FD_CLOEXEC), EBADF);
	CHECK_FAILS(f(fd, 9999), EINVAL);
	CHECK_FAILS(f(fd, F_GETLK, NULL), EFAULT);
	close(fd);
	close(high);
}

static void mark_all(void)
{
	for (int fd = 3; fd < limit() + 100; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

int main(int argc, char **argv)
{
	int foreign[FOREIGN_MAX], n = foreign_fds(foreign);
	pid_t pid;

	if (is_child(argc, argv))
		return child();
	if (argc > 1)
		use_network();
	plain(fcntl);
	plain((fcntl_like *)dlsym(RTLD_DEFAULT, "__fcntl"));
	plain((fcntl_like *)dlsym(RTLD_DEFAULT, "fcntl64"));
	for (int i = 0; i < n; i++)
		CHECK(fcntl(foreign[i], F_SETFD, FD_CLOEXEC) == 0);
	mark_all();
	still_proxied();
	pid = vfork();
	if (pid == 0) {
		mark_all();
		execve(SELF, child_argv, empty_env);
		_exit(9);
	}
	check_child(pid);
	return 0;
}
