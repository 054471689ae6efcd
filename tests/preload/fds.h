/* SPDX-License-Identifier: MIT */
/*
 * What the victims of the descriptor hooks share: descriptors that the
 * program never opened, and the program that must still be proxied whatever
 * it does to them. (Without the run state the library would have nothing but
 * the environment, where loopback is direct, and nothing listens at TARGET.)
 */
#ifndef PRELOAD_FDS_H
#define PRELOAD_FDS_H

#include <dirent.h>
#include <sys/resource.h>

#include "exec.h"

#define FOREIGN_MAX 8

/* Descriptors above 2 that are open at the start; how many. */
static inline int foreign_fds(int fd[static FOREIGN_MAX])
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *e;
	int n = 0;

	CHECK(dir != NULL);
	while ((e = readdir(dir)) != NULL) {
		int number = atoi(e->d_name);

		if (number > 2 && number != dirfd(dir)) {
			CHECK(n < FOREIGN_MAX);
			fd[n++] = number;
		}
	}
	closedir(dir);
	return n;
}

static inline int limit(void)
{
	struct rlimit r;

	CHECK(getrlimit(RLIMIT_NOFILE, &r) == 0);
	return (int)r.rlim_cur;
}

static inline int is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* Here and in a program that is executed. */
static inline void still_proxied(void)
{
	pid_t pid;

	use_network();
	pid = fork();
	if (pid == 0) {
		execve(SELF, child_argv, empty_env);
		_exit(9);
	}
	check_child(pid);
}

#endif
