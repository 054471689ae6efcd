/* SPDX-License-Identifier: MIT */
#include "launcher/command.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/message.h"

/* Is it this launcher? */
static bool is_ourselves(const char *path)
{
	struct stat a, b;

	return stat(path, &a) == 0 && stat("/proc/self/exe", &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static enum target_kind target_of(const char *path)
{
	/* We are static; but what we run will be preloaded again. */
	return is_ourselves(path) ? TARGET_PRELOADABLE : target_of_path(path);
}

enum target_kind command_target(const char *name)
{
	const char *path = getenv("PATH");
	char file[PATH_MAX];

	if (strchr(name, '/') != NULL)
		return target_of(name);
	if (path == NULL)
		path = "/bin:/usr/bin"; /* as execvp(3) */
	for (;;) {
		size_t n = strcspn(path, ":");
		enum target_kind kind;

		/* An empty element is the present folder. */
		snprintf(file, sizeof(file), "%.*s%s%s", (int)n, path,
			 n > 0 ? "/" : "./", name);
		kind = target_of(file);
		if (kind != TARGET_NOT_EXECUTABLE || path[n] == '\0')
			return kind;
		path += n + 1;
	}
}

int command_exec(char **argv, char **envp)
{
	execvpe(argv[0], argv, envp);
	if (errno == ENOENT && strchr(argv[0], '/') == NULL) {
		say("%s: command not found", argv[0]);
		return EXIT_NOT_FOUND;
	}
	say("%s: %s", argv[0], strerror(errno));
	return errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
}
