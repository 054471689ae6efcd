/* SPDX-License-Identifier: MIT */
/*
 * posix_spawn(3) whose file actions close or take what the program never
 * opened (as Python's subprocess does): the new program is proxied.
 * log-count: 3 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include <spawn.h>

#include "fds.h"

static void spawn(posix_spawn_file_actions_t *actions)
{
	pid_t pid = -1;

	CHECK(posix_spawn(&pid, SELF, actions, NULL, child_argv,
			  empty_env) == 0);
	check_child(pid);
}

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t closes, takes, sweeps;
	int foreign[FOREIGN_MAX], n = foreign_fds(foreign);

	if (is_child(argc, argv))
		return child();
	CHECK(posix_spawn_file_actions_init(&closes) == 0);
	CHECK(posix_spawn_file_actions_init(&takes) == 0);
	CHECK(posix_spawn_file_actions_init(&sweeps) == 0);
	for (int i = 0; i < n; i++) {
		posix_spawn_file_actions_addclose(&closes, foreign[i]);
		posix_spawn_file_actions_adddup2(&takes, 0, foreign[i]);
	}
	posix_spawn_file_actions_addclosefrom_np(&sweeps, 3);
	spawn(&closes);
	spawn(&takes);
	spawn(&sweeps);
	return 0;
}
