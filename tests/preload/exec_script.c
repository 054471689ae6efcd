/* SPDX-License-Identifier: MIT */
/*
 * exec*(3) of a script without an interpreter: a shell runs it
 * log-count: 2 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "exec.h"

#include <sys/stat.h>

static void run(char *file, int how)
{
	char *const argv[] = { file, NULL };
	pid_t pid = fork();

	if (pid == 0) {
		if (how == 0)
			execvp(file, argv);
		else
			execlp(file, file, NULL);
		_exit(9);
	}
	check_child(pid);
}

int main(int argc, char **argv)
{
	char file[] = "/tmp/victim.XXXXXX", text[4200];
	int fd, n;

	if (is_child(argc, argv))
		return child();
	n = snprintf(text, sizeof(text), "exec env -i '%s' child\n", argv[0]);
	fd = mkstemp(file);
	CHECK(fd >= 0 && write(fd, text, (size_t)n) == n);
	CHECK(fchmod(fd, 0700) == 0 && close(fd) == 0);
	run(file, 0);
	run(file, 1);
	unlink(file);
	return 0;
}
