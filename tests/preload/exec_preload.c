/* SPDX-License-Identifier: MIT */
/*
 * What a program has of its own in LD_PRELOAD is kept, behind ours
 * log-count: 1 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "exec.h"

int main(int argc, char **argv)
{
	static char *const env[] = { "A=1", "LD_PRELOAD=libm.so.6", "B=2",
				     NULL };
	const char *preload = getenv("LD_PRELOAD");

	if (is_child(argc, argv)) {
		CHECK(preload != NULL);
		preload = strstr(preload, "libsocksify.so");
		CHECK(preload != NULL);
		CHECK(strcmp(preload, "libsocksify.so:libm.so.6") == 0);
		CHECK(strcmp(getenv("A"), "1") == 0);
		CHECK(strcmp(getenv("B"), "2") == 0);
		return child();
	}
	execve(SELF, child_argv, env);
	NOT_REACHED();
}
