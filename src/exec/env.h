/* SPDX-License-Identifier: MIT */
/*
 * What must hold in the environment of every program of the run: LD_PRELOAD
 * begins with our library and SOCKSIFY_RUN names the run state, even if the
 * program replaces its environment (`env -i`). Pure but for reading @envp: no
 * allocation (a vfork child may call it), no fixed limits, no errno.
 */
#ifndef EXEC_ENV_H
#define EXEC_ENV_H

#include <stddef.h>

#include "exec/run_fd.h"

struct exec_env {
	const char *preload; /* our library, as ld.so(8) takes it */
	char run[RUN_ENV_MAX]; /* the value of SOCKSIFY_RUN */
};

/**
 * exec_env_size() - octets that exec_env_build() needs for @envp
 * Return: 0 if @envp is right as it stands
 */
size_t exec_env_size(const struct exec_env *want, char *const envp[]);

/**
 * exec_env_build() - an environment like @envp with our two variables right
 * An LD_PRELOAD of the program's is kept behind ours. The strings of @envp
 * are shared, not copied.
 * @mem: of exec_env_size() octets, aligned for a pointer
 */
char **exec_env_build(const struct exec_env *want, char *const envp[],
		      void *mem);

#endif
