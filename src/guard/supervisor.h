/* SPDX-License-Identifier: MIT */
/*
 * The supervisor: answers the calls that the filter asks about. Runs in a
 * process of its own (guard/attach). May call sock/, exec/ and below.
 */
#ifndef GUARD_SUPERVISOR_H
#define GUARD_SUPERVISOR_H

#include "policy/run.h"

/**
 * supervisor_run() - serve until the last guarded process is gone
 * @listener: of the filter; stays the caller's
 * Return: 0, or -errno if it cannot serve (what waits then gets ENOSYS)
 */
int supervisor_run(int listener, struct run *run);

#endif
