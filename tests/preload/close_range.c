/* SPDX-License-Identifier: MIT */
/*
 * close_range(2): as close(2), and with CLOSE_RANGE_CLOEXEC.
 * run: 
 * run: limit=64:4096
 * run: limit=64:64
 * run: args=early,network
 */
#include "fds.h"

#include <linux/close_range.h>

static void plain(void)
{
	int a = open("/dev/null", O_RDONLY), b = dup(a), c = dup(a);

	CHECK(close_range((unsigned)a, (unsigned)b, 0) == 0);
	CHECK(!is_open(a) && !is_open(b) && is_open(c));
	CHECK(close_range((unsigned)c, (unsigned)c, CLOSE_RANGE_CLOEXEC) == 0);
	CHECK(fcntl(c, F_GETFD) == FD_CLOEXEC);
	CHECK_FAILS(close_range(5, 4, 0), EINVAL);
	CHECK_FAILS(close_range(3, ~0U, 0x1000), EINVAL);
	CHECK(is_open(c));
	CHECK(close_range(3, ~0U, 0) == 0);
	CHECK(!is_open(c));
}

int main(int argc, char **argv)
{
	int foreign[FOREIGN_MAX], n = foreign_fds(foreign), high;
	pid_t pid;

	if (is_child(argc, argv))
		return child();
	if (argc > 1)
		use_network();
	plain();
	still_proxied();
	CHECK(close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0);
	still_proxied();
	for (int i = 0; i < n; i++) {
		unsigned f = (unsigned)foreign[i];

		CHECK(close_range(f, f, 0) == 0);
		CHECK(close_range(f - 1, f, 0) == 0);
		CHECK(close_range(f, f + 1, 0) == 0);
		CHECK(is_open(foreign[i]));
	}
	/* Between and above them, everything is closed. */
	high = fcntl(0, F_DUPFD, limit() - 2);
	CHECK(high >= 0 && close_range(3, ~0U, 0) == 0 && !is_open(high));
	still_proxied();
	pid = vfork();
	if (pid == 0) {
		close_range(3, ~0U, CLOSE_RANGE_UNSHARE);
		execve(SELF, child_argv, empty_env);
		_exit(9);
	}
	check_child(pid);
	still_proxied();
	return 0;
}
