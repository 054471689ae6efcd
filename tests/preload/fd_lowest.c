/* SPDX-License-Identifier: MIT */
/*
 * The lowest descriptor that is free is what it would be without us, and
 * there is no thread of ours, before the network is used and afterwards.
 * native: yes
 * run: args=network
 * run: limit=1024:4096 args=network
 */
#include "fds.h"

static int entries(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	CHECK(dir != NULL);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n - 2;
}

static void look(void)
{
	int fd = open("/dev/null", O_RDONLY), pipes[2];

	CHECK(fd == 3 && dup(fd) == 4);
	CHECK(pipe(pipes) == 0 && pipes[0] == 5 && pipes[1] == 6);
	CHECK(socket(AF_INET, SOCK_STREAM, 0) == 7);
	CHECK(entries("/proc/self/task") == 1);
	for (fd = 3; fd <= 7; fd++)
		CHECK(close(fd) == 0);
	for (fd = 3; fd < 1024; fd++)
		CHECK(!is_open(fd));
}

int main(int argc, char **argv)
{
	(void)argv;
	look();
	if (argc > 1) {
		use_network();
		look();
	}
	return 0;
}
