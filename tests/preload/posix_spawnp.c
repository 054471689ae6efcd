/* SPDX-License-Identifier: MIT */
/*
 * posix_spawnp(3): the new program is proxied
 * log-count: 1 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "exec.h"

#include <spawn.h>

int main(int argc, char **argv)
{
	pid_t pid = -1;

	if (is_child(argc, argv))
		return child();
	CHECK(posix_spawnp(&pid, "no-such-program", NULL, NULL, child_argv,
			   empty_env) == ENOENT);
	CHECK(posix_spawnp(&pid, only_path(), NULL, NULL, child_argv,
			   empty_env) == 0);
	check_child(pid);
	return 0;
}
