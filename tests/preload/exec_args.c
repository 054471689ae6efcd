/* SPDX-License-Identifier: MIT */
/*
 * execl(3), execle(3), execlp(3): all arguments arrive, however many.
 * log-count: 3 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "exec.h"

#define MANY "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"

static int checked(int argc, char **argv)
{
	CHECK(argc == 13);
	for (int i = 1; i < argc; i++)
		CHECK(atoi(argv[i]) == i);
	CHECK(argv[argc] == NULL);
	return child();
}

int main(int argc, char **argv)
{
	char *name;

	if (argc > 1)
		return checked(argc, argv);
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (pid != 0) {
			check_child(pid);
			continue;
		}
		switch (i) {
		case 0:
			execl(SELF, "victim", MANY, NULL);
			break;
		case 1:
			execle(SELF, "victim", MANY, NULL, empty_env);
			break;
		default:
			name = only_path();
			execlp(name, "victim", MANY, NULL);
		}
		NOT_REACHED();
	}
	return 0;
}
