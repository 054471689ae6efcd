/* SPDX-License-Identifier: MIT */
/* Where our own files are: always relative to this program's own place. */
#ifndef LAUNCHER_PLACE_H
#define LAUNCHER_PLACE_H

#include <limits.h>
#include <stdbool.h>

/**
 * place_library() - libsocksify.so as LD_PRELOAD takes it, beside us or
 * installed, then with $LIB for ld.so(8) to choose by the program's class
 * Return: false after a message
 */
bool place_library(char path[static PATH_MAX]);

/** place_resolver() - the helper that looks names up; false after a message */
bool place_resolver(char path[static PATH_MAX]);

#endif
