/* SPDX-License-Identifier: MIT */
/* The addresses of the proxy, whose name is looked up once per run. */
#ifndef LAUNCHER_SERVER_H
#define LAUNCHER_SERVER_H

#include "policy/config.h"

/**
 * server_resolve() - fill @c->servers from @c->server
 * @where: what named the server, for the message
 * Return: false after a message
 */
bool server_resolve(struct config *c, const char *where);

#endif
