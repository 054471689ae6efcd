/* SPDX-License-Identifier: MIT */
/*
 * The run state's descriptor: made by the launcher, inherited by every
 * process of the run, out of the program's way. Calls libc/ and policy/run.
 * All return -errno and leave errno alone.
 */
#ifndef EXEC_RUN_FD_H
#define EXEC_RUN_FD_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/run.h"

/* SOCKSIFY_RUN=FD:INODE[:LOGFD](-|+), decimal */
#define RUN_ENV "SOCKSIFY_RUN"
#define RUN_ENV_MAX 64 /* the value with its NUL */

struct run_ref {
	int fd;         /* the run state; -1: none */
	uint64_t inode; /* of the memfd, to know it again */
	int log_fd;     /* copy of the launcher's stderr; -1: none */
	bool datagrams; /* "+": UDP sockets with a relay may be inherited; as
			 * long as "-", so that it can be told in place */
};

/**
 * run_fd_create() - a sealed memfd with an initialised run state
 * @config: copied into it
 * @cookie: random
 * @run: set to the mapping, which stays (MAP_SHARED, sizeof(struct run))
 * Return: its hidden, inheritable descriptor
 */
int run_fd_create(const struct config *config, uint64_t cookie,
		  struct run **run);

/**
 * run_fd_hide() - duplicate @fd to a number out of the program's way: at or
 * above its soft RLIMIT_NOFILE where that costs no large kernel table, else
 * high below it.
 * @cmd: F_DUPFD, or F_DUPFD_CLOEXEC
 */
int run_fd_hide(int fd, int cmd);

/** run_ref_format() - the value of RUN_ENV */
void run_ref_format(const struct run_ref *ref, char value[static RUN_ENV_MAX]);

/** run_ref_parse() - Return: false unless it has the form */
bool run_ref_parse(struct run_ref *ref, const char *value);

/**
 * run_fd_recover() - a program that began without its descriptor (libc's
 * posix_spawn(3) closes what it is told to, and nobody sees) takes it from its
 * parent, where /proc allows
 * Return: a hidden descriptor, or -1
 */
int run_fd_recover(const struct run_ref *ref);

/**
 * run_fd_map() - map the run state that @ref names
 * Return: NULL if it is lost
 */
struct run *run_fd_map(const struct run_ref *ref);

/**
 * run_fd_find() - the run state's descriptor now: @ref's own, or, if the
 * program has taken that number, where run_fd_hide() has put it
 * One fstat(2) as a rule. Safe in a vfork child.
 * Return: -1 if it is lost
 */
int run_fd_find(const struct run_ref *ref);

/**
 * run_private() - a run state of this process alone, in private memory, for
 * when the shared one is lost or there never was one; NULL without memory
 */
struct run *run_private(const struct config *config);

#endif
