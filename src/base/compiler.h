/* SPDX-License-Identifier: MIT */
/*
 * Compiler vocabulary that the whole tree shares. Includes nothing of ours.
 */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#include <stddef.h>

/* The symbol is part of libsocksify.so's interface: a name of libc's. */
#define EXPORT __attribute__((visibility("default")))

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
