/* SPDX-License-Identifier: MIT */
#ifndef LAUNCHER_SLURP_H
#define LAUNCHER_SLURP_H

#include <stddef.h>

/**
 * slurp() - a whole file (of at most 16 MiB), from malloc(3), with a NUL
 * behind it that @len does not count
 * Return: NULL, and errno tells why
 */
char *slurp(const char *path, size_t *len);

#endif
