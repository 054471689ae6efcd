/* SPDX-License-Identifier: MIT */
/*
 * fork(2) while a connection is pending: the child has the one descriptor of
 * it that it knows of, and no other that would keep it open.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <dirent.h>

/* Numbers of this process that stand for the file that @fd stands for. */
static int descriptors_of(int fd)
{
	char path[64], name[128] = "", other[128];
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;
	int n = 0;

	CHECK(d != NULL);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK(readlink(path, name, sizeof(name) - 1) > 0);
	while ((e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "/proc/self/fd/%.40s", e->d_name);
		memset(other, 0, sizeof(other));
		n += readlink(path, other, sizeof(other) - 1) > 0 &&
		     strcmp(name, other) == 0;
	}
	closedir(d);
	return n;
}

int main(void)
{
	struct sockaddr_in good = park(WELL);
	int fd = begin(&good), status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(descriptors_of(fd));
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	await_peer(fd);
	CHECK(descriptors_of(fd) == 1);
	return 0;
}
