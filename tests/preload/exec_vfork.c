/* SPDX-License-Identifier: MIT */
/*
 * vfork(2) and exec, of every kind that may follow it
 * log-count: 3 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "exec.h"

int main(int argc, char **argv)
{
	pid_t pid;

	if (is_child(argc, argv))
		return child();
	pid = vfork();
	if (pid == 0) {
		execve(SELF, child_argv, empty_env);
		_exit(9);
	}
	check_child(pid);
	pid = vfork();
	if (pid == 0) {
		execle(SELF, "victim", "child", NULL, empty_env);
		_exit(9);
	}
	check_child(pid);
	use_network();
	return 0;
}
