/* SPDX-License-Identifier: MIT */
/*
 * A connected socket that a program inherits by exec(3).
 * log-count: 1 request
 */
#include "victim.h"

int main(int argc, char **argv)
{
	char number[16];
	int fd;

	if (argc > 1) {
		fd = atoi(argv[1]);
		check_peer(fd, TARGET, PORT);
		CHECK_FAILS(connect4(fd, TARGET, PORT), EISCONN);
		talk(fd);
		return 0;
	}
	fd = connected();
	snprintf(number, sizeof(number), "%d", fd);
	execl("/proc/self/exe", argv[0], number, NULL);
	NOT_REACHED();
}
