/* SPDX-License-Identifier: MIT */
/*
 * What holds, from all that was said: options before the environment before
 * the configuration file. Rules of all three are kept, in this order,
 * whichever of them named the server.
 */
#ifndef LAUNCHER_SETTINGS_H
#define LAUNCHER_SETTINGS_H

#include "launcher/options.h"
#include "policy/config.h"
#include "policy/run.h"

/**
 * settings_same_run() - inside @outer's run: is nothing else asked for?
 */
bool settings_same_run(const struct options *o, const struct run *outer);

/**
 * settings_load() - everything but the server's addresses where it is a name
 * @outer: the run that we are in, or NULL. Its server, with all its settings,
 *         holds where no other is named.
 * @where: set to what named the server
 * Return: false after messages
 */
bool settings_load(const struct options *o, const struct run *outer,
		   struct config *c, const char **where);

#endif
