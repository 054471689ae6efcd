/* SPDX-License-Identifier: MIT */
/*
 * The connection that keeps the relay is out of the program's way: it takes no
 * number that is the program's to get, and survives what programs do to all
 * numbers.
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request cmd=3
 * log-count: 1 client left
 * log-count: 0 no header
 */
#define ECHO_PORT 7029
#include "datagram.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/resource.h>

static void all_that_are_listed(int keep)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *e;

	CHECK(dir != NULL);
	while ((e = readdir(dir)) != NULL) {
		int fd = atoi(e->d_name);

		if (fd > 2 && fd != keep && fd != dirfd(dir))
			close(fd);
	}
	closedir(dir);
}

static void onto_all(int keep)
{
	struct rlimit limit;
	int null = open("/dev/null", O_RDWR);

	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	for (int fd = 3; (rlim_t)fd < limit.rlim_cur && fd < 5000; fd++)
		if (fd != keep && fd != null)
			CHECK(dup2(null, fd) == fd);
	closefrom(keep + 1);
}

int main(void)
{
	int fd = udp_socket(), next;

	ask(fd, "first");
	next = open("/dev/null", O_RDONLY);
	CHECK(next == fd + 1);
	CHECK(close(next) == 0);
	for (int i = 3; i < 5000; i++)
		if (i != fd)
			close(i);
	ask(fd, "after close");
	closefrom(fd + 1);
	ask(fd, "after closefrom");
	CHECK(close_range((unsigned)fd + 1, ~0u, 0) == 0);
	ask(fd, "after close_range");
	CHECK(close_range((unsigned)fd + 1, ~0u, CLOSE_RANGE_CLOEXEC) == 0);
	all_that_are_listed(fd);
	ask(fd, "after closing what is listed");
	for (int i = 3; i < 5000; i++)
		if (i != fd)
			fcntl(i, F_SETFD, FD_CLOEXEC);
	onto_all(fd);
	ask(fd, "after dup2");
	usleep(1100000); /* when it looks whether the connection stands */
	ask(fd, "later");
	next = open("/dev/null", O_RDONLY);
	CHECK(next == fd + 1);
	return 0;
}
