/* SPDX-License-Identifier: MIT */
/*
 * What the user is told about connections: a fault of the proxy, once per run
 * and cause (unless -q); every connection, with -v. Never a secret.
 * Async-signal-safe; leaves errno alone.
 */
#ifndef SOCK_REPORT_H
#define SOCK_REPORT_H

#include <stdint.h>

#include "policy/run.h"
#include "socks/reply.h"

/**
 * report_connect() - one connection has been made or has failed
 * @target: NULL: a control connection of UDP
 * @error: 0, or the positive errno that the program gets
 * @cause: SOCKS_FAIL_UNREACHABLE: the errno of connecting to the proxy; 0: the
 *         socket itself has no way there, which is no fault of the proxy
 * @ms: how long it took
 */
void report_connect(struct run *run, const struct endpoint *target, int error,
		    enum socks_failure failure, uint8_t rep, int cause,
		    uint64_t ms);

/** report_direct() - with -v: a connection that went past the proxy */
void report_direct(struct run *run, const struct endpoint *target, int error);

/** report_refused() - with -v: a destination that was refused by policy */
void report_refused(struct run *run, const struct endpoint *target, int error,
		    const char *why);

/** report_set_id() - unless -q: a program that gains no privileges here */
void report_set_id(struct run *run, const char *path);

#endif
