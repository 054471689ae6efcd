/* SPDX-License-Identifier: MIT */
/*
 * execl(3): the new program is proxied
 * log-count: 1 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "exec.h"

int main(int argc, char **argv)
{
	if (is_child(argc, argv))
		return child();
	clearenv();
	CHECK_FAILS(execl("/none/such", "victim", NULL), ENOENT);
	execl(SELF, "victim", "child", NULL);
	NOT_REACHED();
}
