/* SPDX-License-Identifier: MIT */
/*
 * A bad pointer from the program is the kernel's to refuse (EFAULT), never
 * ours to crash on. Thread-safe; async-signal-safe; leaves errno alone.
 */
#ifndef PRELOAD_MEMORY_H
#define PRELOAD_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * memory_is_readable() - can @n octets at @p be read?
 * Costs nothing for what lies on the caller's stack or in one of the pages that
 * were asked for lately in this thread; else one system call for each page. A
 * page that the program unmaps between two calls is believed to be there still.
 */
bool memory_is_readable(const void *p, size_t n);

/**
 * memory_is_on_stack() - are they so little above our own frame that they are
 * the caller's? Then they are there, whatever the program unmaps.
 */
bool memory_is_on_stack(const void *p, size_t n);

#endif
