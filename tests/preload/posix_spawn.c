/* SPDX-License-Identifier: MIT */
/*
 * posix_spawn(3): the new program is proxied, file actions and all
 * log-count: 2 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "exec.h"

#include <spawn.h>

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;
	char line[8] = "";
	int pipes[2];

	if (argc == 3)
		return write(1, "spoken", 6) == 6 ? child() : 1;
	if (is_child(argc, argv))
		return child();
	CHECK(posix_spawn(&pid, "/none/such", NULL, NULL, child_argv,
			  empty_env) == ENOENT);
	CHECK(posix_spawn(&pid, SELF, NULL, NULL, child_argv, empty_env) == 0);
	check_child(pid);

	CHECK(pipe(pipes) == 0);
	CHECK(posix_spawn_file_actions_init(&actions) == 0);
	CHECK(posix_spawn_file_actions_adddup2(&actions, pipes[1], 1) == 0);
	CHECK(posix_spawn(&pid, SELF, &actions, NULL,
			  (char *[]){ "victim", "speak", "1", NULL },
			  empty_env) == 0);
	read_exactly(pipes[0], line, 6);
	CHECK(strcmp(line, "spoken") == 0);
	check_child(pid);
	return 0;
}
