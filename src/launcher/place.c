/* SPDX-License-Identifier: MIT */
#include "launcher/place.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "launcher/message.h"

/* The folder of this program, without a slash at the end. */
static bool own_folder(char dir[static PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", dir, PATH_MAX - 1);
	char *slash;

	if (n <= 0) {
		say("cannot read /proc/self/exe: is /proc mounted?");
		return false;
	}
	dir[n] = '\0';
	slash = strrchr(dir, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	return true;
}

/* @dir/@relative, each leading "../" taken off @dir; absolute as it is. */
static bool join(char path[static PATH_MAX], const char *dir,
		 const char *relative)
{
	size_t len = strlen(dir);
	int n;

	if (relative[0] == '/')
		len = 0;
	while (strncmp(relative, "../", 3) == 0) {
		relative += 3;
		while (len > 0 && dir[--len] != '/')
			;
	}
	n = snprintf(path, PATH_MAX, "%.*s%s%s", (int)len, dir,
		     relative[0] == '/' ? "" : "/", relative);
	return n > 0 && n < PATH_MAX;
}

bool place_library(char path[static PATH_MAX])
{
	char dir[PATH_MAX];
	const char *bad;

	if (!own_folder(dir))
		return false;
	if (!join(path, dir, "libsocksify.so") || access(path, R_OK) != 0) {
		if (!join(path, dir, LIBRARY_FROM_BINDIR) ||
		    access(path, R_OK) != 0) {
			say("libsocksify.so is neither in %s nor at %s", dir,
			    path);
			return false;
		}
		/* Another class may have its library beside this one. */
		if (!join(path, dir, LIBRARY_FOR_LD_SO))
			return false;
	}
	bad = strpbrk(dir, ": $");
	if (bad != NULL) {
		say("%s: a library cannot be preloaded from a path with '%c' "
		    "in it (see ld.so(8)): move socksify elsewhere",
		    dir, *bad);
		return false;
	}
	return true;
}

bool place_resolver(char path[static PATH_MAX])
{
	char dir[PATH_MAX];

	if (!own_folder(dir))
		return false;
	if (join(path, dir, "socksify-resolve") && access(path, X_OK) == 0)
		return true;
	if (join(path, dir, RESOLVER_FROM_BINDIR) && access(path, X_OK) == 0)
		return true;
	say("socksify-resolve is neither in %s nor at %s", dir, path);
	return false;
}
