/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "exec/env.h"

#define PRELOAD "LD_PRELOAD="
#define RUN     RUN_ENV "="

static const char *value_of(const char *var, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(var, prefix, n) == 0 ? var + n : NULL;
}

/* Does @list (an LD_PRELOAD, separated by colons or spaces) name @lib? */
static bool list_has(const char *list, const char *lib)
{
	size_t n = strlen(lib);

	while (*list != '\0') {
		size_t item = strcspn(list, ": ");

		if (item == n && memcmp(list, lib, n) == 0)
			return true;
		list += item;
		list += strspn(list, ": ");
	}
	return false;
}

size_t exec_env_size(const struct exec_env *want, char *const envp[])
{
	bool preload_right = false, run_right = false, run_seen = false;
	size_t n = 0, old = 0;
	const char *v;

	for (; envp != NULL && envp[n] != NULL; n++) {
		if ((v = value_of(envp[n], PRELOAD)) != NULL) {
			preload_right = list_has(v, want->preload);
			old = strlen(v);
		} else if ((v = value_of(envp[n], RUN)) != NULL) {
			/* Of two the first one counts (getenv(3)). */
			if (!run_seen)
				run_right = strcmp(v, want->run) == 0;
			run_seen = true;
		}
	}
	if (preload_right && run_right)
		return 0;
	return (n + 3) * sizeof(char *) + sizeof(PRELOAD) +
	       strlen(want->preload) + 1 + old + sizeof(RUN) +
	       strlen(want->run);
}

char **exec_env_build(const struct exec_env *want, char *const envp[],
		      void *mem)
{
	char **out = mem, *p;
	const char *old = NULL, *v;
	size_t n = 0, k = 0;

	while (envp != NULL && envp[n] != NULL)
		n++;
	p = (char *)(out + n + 3);
	for (size_t i = 0; i < n; i++) {
		if ((v = value_of(envp[i], PRELOAD)) != NULL)
			old = v;
		else if (value_of(envp[i], RUN) == NULL)
			out[k++] = envp[i];
	}

	out[k++] = p;
	p = stpcpy(p, PRELOAD);
	if (old == NULL || !list_has(old, want->preload)) {
		p = stpcpy(p, want->preload);
		if (old != NULL && *old != '\0')
			*p++ = ':';
	}
	p = stpcpy(p, old != NULL ? old : "") + 1;

	out[k++] = p;
	stpcpy(stpcpy(p, RUN), want->run);
	out[k] = NULL;
	return out;
}
