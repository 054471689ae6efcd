/* SPDX-License-Identifier: MIT */
/*
 * execve(2): the new program is proxied
 * log-count: 1 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "exec.h"

int main(int argc, char **argv)
{
	if (is_child(argc, argv))
		return child();
	CHECK_FAILS(execve("/none/such", child_argv, empty_env), ENOENT);
	CHECK_FAILS(execve("/dev/null", child_argv, empty_env), EACCES);
	execve(SELF, child_argv, empty_env);
	NOT_REACHED();
}
