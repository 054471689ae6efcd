/* SPDX-License-Identifier: MIT */
/*
 * execvpe(3): the new program is proxied
 * log-count: 1 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "exec.h"

int main(int argc, char **argv)
{
	if (is_child(argc, argv))
		return child();
	CHECK_FAILS(execvp("no-such-program", child_argv), ENOENT);
	execvpe(only_path(), child_argv, empty_env);
	NOT_REACHED();
}
