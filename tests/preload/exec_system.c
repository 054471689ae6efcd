/* SPDX-License-Identifier: MIT */
/*
 * system(3) and popen(3) start programs by libc's inner functions: these are
 * proxied as long as the program keeps its environment.
 * log-count: 2 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "exec.h"

int main(int argc, char **argv)
{
	char command[4200];
	FILE *f;

	if (is_child(argc, argv))
		return child();
	snprintf(command, sizeof(command), "'%s' child", argv[0]);
	CHECK(system(command) == 0);
	f = popen(command, "r");
	CHECK(f != NULL && pclose(f) == 0);
	return 0;
}
