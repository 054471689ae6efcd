/* SPDX-License-Identifier: MIT */
/*
 * execve(2) with NULL for an environment, which Linux takes: the new program
 * is proxied
 * log-count: 1 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "exec.h"

int main(int argc, char **argv)
{
	if (is_child(argc, argv))
		return child();
	execve(SELF, child_argv, NULL);
	NOT_REACHED();
}
