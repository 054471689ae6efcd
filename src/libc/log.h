/* SPDX-License-Identifier: MIT */
/*
 * One line to the user: in one write, never waiting (a terminal that is
 * stopped or a pipe that is full loses the line, not the program), never
 * raising SIGPIPE, never touching errno. Async-signal-safe.
 */
#ifndef LIBC_LOG_H
#define LIBC_LOG_H

#include "base/text.h"

#define LOG_LINE_MAX 1500

/** log_set_fd() - where lines go; -1 (the default): nowhere */
void log_set_fd(int fd);

/**
 * log_release() - nothing is told any more, and nobody who reads what there is
 * waits for us: its descriptor becomes one of /dev/null
 */
void log_release(void);

/** log_line() - write @t and a newline */
void log_line(const struct text *t);

#endif
