/* SPDX-License-Identifier: MIT */
/* The addresses of the proxy, whose name is looked up once per run. */
#ifndef LAUNCHER_SERVER_H
#define LAUNCHER_SERVER_H

#include "policy/config.h"
#include "policy/run.h"

/**
 * server_resolve() - fill @c->servers from @c->server
 * @where: what named the server, for the message
 * Return: false after a message
 */
bool server_resolve(struct config *c, const char *where);

/**
 * server_by_way_of() - inside another run the new proxy is reached as that
 * run's rules say: through its proxy, whose way is copied to @c->via, or
 * direct, or not at all
 * Return: false after a message
 */
bool server_by_way_of(struct config *c, const struct run *outer,
		      const char *where);

#endif
