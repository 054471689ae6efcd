/* SPDX-License-Identifier: MIT */
/*
 * fexecve(3): the new program is proxied
 * log-count: 1 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "exec.h"

int main(int argc, char **argv)
{
	if (is_child(argc, argv))
		return child();
	CHECK_FAILS(fexecve(-1, child_argv, empty_env), EINVAL);
	fexecve(open(SELF, O_RDONLY | O_CLOEXEC), child_argv, empty_env);
	NOT_REACHED();
}
