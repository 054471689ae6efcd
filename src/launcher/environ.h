/* SPDX-License-Identifier: MIT */
/* The environment as the command shall see it. */
#ifndef LAUNCHER_ENVIRON_H
#define LAUNCHER_ENVIRON_H

#include <stdbool.h>

#include "policy/config.h"

/**
 * environ_clean() - take out what the command must not see: secrets, and
 * variables that would make it speak SOCKS to the proxy by itself
 * Return: false after a message
 */
bool environ_clean(const struct config *c);

#endif
