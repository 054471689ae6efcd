/* SPDX-License-Identifier: MIT */
/*
 * execveat(2): the new program is proxied, twice
 * log-count: 2 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "exec.h"

static char *const again_argv[] = { "victim", "again", "1", NULL };

int main(int argc, char **argv)
{
	int fd = open(SELF, O_PATH | O_CLOEXEC);

	if (is_child(argc, argv))
		return child();
	if (argc == 3) {
		child();
		execveat(fd, "", child_argv, empty_env, AT_EMPTY_PATH);
		NOT_REACHED();
	}
	CHECK_FAILS(execveat(AT_FDCWD, "/none/such", child_argv, empty_env, 0),
		    ENOENT);
	execveat(AT_FDCWD, SELF, again_argv, empty_env, 0);
	NOT_REACHED();
}
