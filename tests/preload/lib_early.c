/* SPDX-License-Identifier: MIT */
/* A library that uses the network in its constructor, before ours runs. */
#include "victim.h"

extern __attribute__((visibility("default"))) int lib_early_connected;
int lib_early_connected;

static void use_descriptors(void)
{
	int pipes[2];

	CHECK(pipe(pipes) == 0);
	CHECK(dup2(pipes[0], 60) == 60 && close(60) == 0);
	close(pipes[0]);
	close(pipes[1]);
}

__attribute__((constructor)) static void construct(void)
{
	/* Either may be the first that our library is asked for. */
	if (getenv("EARLY_NETWORK") == NULL)
		use_descriptors();
	use_network();
	lib_early_connected = 1;
}
