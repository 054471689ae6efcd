/* SPDX-License-Identifier: MIT */
/*
 * connect(2) of a TCP socket that does not wait, of a program that the library
 * is not in: the kernel itself says EINPROGRESS, and in the end that it is
 * connected. May call sock/ and below.
 */
#ifndef GUARD_PARK_H
#define GUARD_PARK_H

#include <stdbool.h>

#include "guard/tracee.h"
#include "policy/run.h"

#define PARK_CANNOT (-4096) /* no errno */

/**
 * park_connect() - begin
 * @fd: a copy of the socket, which stays the caller's: O_NONBLOCK, TCP
 * @from: where it is from
 * @family: of the sockaddr that the program gave
 * For the thread that answers calls. Does not wait.
 * Return: what connect(2) is to return: -EINPROGRESS, or what the socket's
 * state makes of it; or PARK_CANNOT, nothing having been done
 */
int park_connect(struct run *run, int fd, const struct tracee_socket *from,
		 int family, const struct endpoint *target);

/** park_are_done() - does none wait for its pump to begin? Thread-safe */
bool park_are_done(void);

#endif
