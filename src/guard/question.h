/* SPDX-License-Identifier: MIT */
/*
 * A call that waits for its answer.
 */
#ifndef GUARD_QUESTION_H
#define GUARD_QUESTION_H

#include <stdint.h>
#include <sys/types.h>

#include "guard/calls.h"
#include "policy/run.h"

struct question {
	int listener;
	struct run *run;
	uint64_t id;
	pid_t tid; /* who waits; of our pid namespace */
	struct call call;
};

#endif
