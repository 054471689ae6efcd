/* SPDX-License-Identifier: MIT */
/* The command to be run, and the program that it names. */
#ifndef LAUNCHER_COMMAND_H
#define LAUNCHER_COMMAND_H

#include "exec/target.h"

/** command_target() - what execvp(3) will find for @name */
enum target_kind command_target(const char *name);

/**
 * command_exec() - become it; returns only if that fails
 * Return: the exit code, after a message
 */
int command_exec(char **argv, char **envp);

#endif
