/* SPDX-License-Identifier: MIT */
/*
 * What the victims of the exec hooks share. They replace themselves, with an
 * environment that says nothing of us, by themselves with the argument
 * "child"; that program must be proxied all the same.
 */
#ifndef PRELOAD_EXEC_H
#define PRELOAD_EXEC_H

#include <fcntl.h>

#include "victim.h"

#define SELF "/proc/self/exe"

extern char **environ;

static char *const child_argv[] = { "victim", "child", NULL };
static char *const empty_env[] = { NULL };

static inline int is_child(int argc, char **argv)
{
	return argc == 2 && strcmp(argv[1], "child") == 0;
}

static inline int child(void)
{
	const char *preload = getenv("LD_PRELOAD");

	CHECK(preload != NULL && strstr(preload, "libsocksify.so") != NULL);
	use_network();
	return 0;
}

/* environ holds PATH at most, with our own folder; returns our name in it. */
static inline char *only_path(void)
{
	static char self[4096], path[4200];
	static char *env[] = { path, NULL };
	ssize_t n = readlink(SELF, self, sizeof(self) - 1);
	char *slash;

	CHECK(n > 0);
	self[n] = '\0';
	slash = strrchr(self, '/');
	*slash = '\0';
	snprintf(path, sizeof(path), "PATH=/none/such:%s", self);
	environ = env;
	return slash + 1;
}

#endif
