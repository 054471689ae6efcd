/* SPDX-License-Identifier: MIT */
/*
 * What the environment says: SOCKS_SERVER and its relatives. Pure: the
 * variables come through a callback. Shared by the launcher and by the
 * library's own fall-back.
 */
#ifndef POLICY_CONFIG_ENV_H
#define POLICY_CONFIG_ENV_H

#include "policy/config.h"

/*
 * What SOCKS_SERVER is called in the command's environment: there are programs
 * that would speak SOCKS by themselves for the usual name.
 */
#define CONFIG_ENV_KEPT "SOCKSIFY_SERVER"

/** typedef config_getenv - getenv(3), or a test's */
typedef const char *config_getenv(const char *name);

/**
 * config_env_server() - SOCKS_SERVER, SOCKS5_SERVER, what has been kept of
 * them, then ALL_PROXY and all_proxy with scheme socks5 or socks5h; the first
 * that is set and not empty
 * Return: 1 found, 0 none, -1 after a report
 */
int config_env_server(struct config *c, config_getenv *get,
		      config_report *report, void *arg);

/**
 * config_env_credentials() - SOCKS_USERNAME, SOCKS_USER, SOCKS5_USER;
 * SOCKS_PASSWORD, SOCKS_PASSWD, SOCKS5_PASSWD, verbatim; they do not count
 * for a server that came from ALL_PROXY, nor over credentials in the URL
 */
bool config_env_credentials(struct config *c, config_getenv *get,
			    config_report *report, void *arg);

/**
 * config_env_rules() - SOCKS_BLOCK, SOCKS_DIRECT; no_proxy or NO_PROXY with
 * ALL_PROXY
 * In this order: what is blocked stays blocked.
 */
bool config_env_rules(struct config *c, config_getenv *get,
		      config_report *report, void *arg);

/**
 * config_env_names_server() - does this *_proxy value name the same SOCKS
 * server, so that the variable must not reach the command?
 */
bool config_env_names_server(const struct config *c, const char *value);

/** config_env_is_server() - the same of a SOCKS_SERVER value */
bool config_env_is_server(const struct config *c, const char *value);

#endif
