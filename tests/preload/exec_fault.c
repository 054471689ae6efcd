/* SPDX-License-Identifier: MIT */
/*
 * exec with pointers that cannot be read: EFAULT, no crash.
 * native: yes
 */
#include "exec.h"

int main(void)
{
	/* The compiler is not to see how bad they are. */
	char *volatile null = NULL, *volatile one = (char *)1;
	char **volatile bad = (char **)1;
	char *bad_env[] = { one, NULL };

	CHECK_FAILS(execve(null, child_argv, empty_env), EFAULT);
	CHECK_FAILS(execve(SELF, bad, empty_env), EFAULT);
	CHECK_FAILS(execve(SELF, child_argv, bad), EFAULT);
	CHECK_FAILS(execve(SELF, child_argv, bad_env), EFAULT);
	return 0;
}
