/* SPDX-License-Identifier: MIT */
/*
 * Two TCP connections made one: what comes from either goes to the other, as
 * fast as that takes it, the end of each direction and resets included. Data
 * do not pass through our memory. Only for the loop's thread, but where it
 * says so. May call libc/, base/.
 */
#ifndef GUARD_PUMP_H
#define GUARD_PUMP_H

#include <stdbool.h>

/**
 * pump_begin() - join @program and @proxy
 * Both are non-blocking, and given away.
 */
void pump_begin(int program, int proxy);

/**
 * pump_are_done() - has all that programs have sent been passed on? For when
 * all of them are gone; thread-safe.
 */
bool pump_are_done(void);

#endif
