/* SPDX-License-Identifier: MIT */
/*
 * execv(3): the new program is proxied
 * log-count: 1 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "exec.h"

int main(int argc, char **argv)
{
	if (is_child(argc, argv))
		return child();
	clearenv();
	CHECK_FAILS(execv("/none/such", child_argv), ENOENT);
	execv(SELF, child_argv);
	NOT_REACHED();
}
