/* SPDX-License-Identifier: MIT */
/*
 * Calls that have to wait, each in a thread of its own. What ends a wait from
 * outside is seen to here: the caller has died, or has a signal to handle.
 * Thread-safe. May call sock/, libc/, base/.
 */
#ifndef GUARD_JOB_H
#define GUARD_JOB_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "guard/question.h"

struct job {
	struct question q; /* its listener -1: nobody waits for an answer */
	/**
	 * @run: do it, waiting as long as it takes
	 * Return: the call's result, or -errno. After job_is_cut() what it
	 * returns is nobody's, and all must be as if it had not been begun.
	 */
	int64_t (*run)(struct job *job);

	/* Of job.c */
	_Atomic int cut;
	uint64_t since; /* ms: when a thread took it up; 0: none has */
	pthread_t thread;
	struct job *next, **at;
};

/**
 * job_submit() - run it, and answer
 * @job: of malloc(3), alone or as the first member; given away
 */
void job_submit(struct job *job);

/** job_is_cut() - is its result not wanted any more? */
bool job_is_cut(const struct job *job);

/**
 * job_wait() - a sock_wait
 * @arg: the job
 * Return: also -ECANCELED: it is cut
 */
int job_wait(void *arg, int fd, short events, int ms);

/** job_tick() - a loop_tick */
int job_tick(uint64_t now);

/** job_init() - once, before any is submitted */
void job_init(void);

#endif
