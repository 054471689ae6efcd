/* SPDX-License-Identifier: MIT */
/*
 * Puts the calling process under the filter in notify mode, with a supervisor
 * in a process of its own. For the launcher, which then becomes the command in
 * its own pid: nothing about the command differs from one that was started
 * without us. May call sock/, exec/ and below.
 */
#ifndef GUARD_ATTACH_H
#define GUARD_ATTACH_H

#include "policy/run.h"

/**
 * guard_attach() - start the supervisor, put up the filter, hand over
 * @run: mapped, shared; its supervisor is filled in
 * @run_fd: the run state's descriptor, which the supervisor keeps
 * @log_fd: where it tells of faults, or -1
 * @argv: the launcher's arguments, NULL-terminated: blanked in the supervisor,
 *        so that nobody who looks for the command by name finds that one
 * @filtered: set to whether the filter stands; after an error it then stands
 *            without a supervisor: whatever it asks about fails (ENOSYS)
 *
 * Leaves no child to wait for behind, no descriptor and no signal disposition.
 * Not thread-safe; to be called by a process of one thread.
 * Return: 0; -errno (EBUSY: another listener; ECHILD: the supervisor has died;
 * EPERM, EACCES: not allowed to look into processes)
 */
int guard_attach(struct run *run, int run_fd, int log_fd, char **argv,
		 bool *filtered);

#endif
