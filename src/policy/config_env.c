/* SPDX-License-Identifier: MIT */
#include "policy/config_env.h"

#include <string.h>

#include "base/compiler.h"
#include "policy/server_url.h"

/* The first of these variables that is set and not empty, else NULL. */
static const char *first_set(config_getenv *get, const char *const *names,
			     size_t n, const char **name)
{
	for (size_t i = 0; i < n; i++) {
		const char *value = get(names[i]);

		if (value != NULL && value[0] != '\0') {
			*name = names[i];
			return value;
		}
	}
	return NULL;
}

int config_env_server(struct config *c, config_getenv *get,
		      config_report *report, void *arg)
{
	static const char *const own[] = {"SOCKS_SERVER", "SOCKS5_SERVER",
					  CONFIG_ENV_KEPT};
	static const char *const shared[] = {"ALL_PROXY", "all_proxy"};
	const char *name;
	const char *value = first_set(get, own, ARRAY_SIZE(own), &name);

	if (value != NULL)
		return config_set_server(c, value, name, report, arg) ? 1 : -1;
	for (size_t i = 0; i < ARRAY_SIZE(shared); i++) {
		value = get(shared[i]);
		/* A proxy of another kind is none of our business. */
		if (value == NULL ||
		    !server_url_is_socks5(value, strlen(value)))
			continue;
		if (!config_set_server(c, value, shared[i], report, arg))
			return -1;
		c->server_from_all_proxy = true;
		return 1;
	}
	return 0;
}

bool config_env_credentials(struct config *c, config_getenv *get,
			    config_report *report, void *arg)
{
	static const char *const users[] = {"SOCKS_USERNAME", "SOCKS_USER",
					    "SOCKS5_USER"};
	static const char *const passwords[] = {
		"SOCKS_PASSWORD", "SOCKS_PASSWD", "SOCKS5_PASSWD"};
	const char *user_name, *name, *user, *password;

	if (c->server_from_all_proxy || c->credentials.password_len > 0)
		return true;
	password = first_set(get, passwords, ARRAY_SIZE(passwords), &name);
	if (c->credentials.username_len == 0) {
		user = first_set(get, users, ARRAY_SIZE(users), &user_name);
		if (user == NULL && password != NULL) {
			report(arg, name,
			       "there is no user name beside it: expected "
			       "SOCKS_USERNAME");
			return false;
		}
		if (user != NULL &&
		    !config_set_username(c, user, user_name, report, arg))
			return false;
	}
	return password == NULL ||
	       config_set_password(c, password, strlen(password), name, report,
				   arg);
}

bool config_env_rules(struct config *c, config_getenv *get,
		      config_report *report, void *arg)
{
	static const struct {
		const char *name;
		enum route route;
	} own[] = {
		{"SOCKS_BLOCK", ROUTE_REFUSE},
		{"SOCKS_DIRECT", ROUTE_DIRECT},
	};
	/* curl's order. */
	static const char *const no_proxy[] = {"no_proxy", "NO_PROXY"};
	const char *name, *value, *wrong;
	bool good = true;

	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		value = get(own[i].name);
		if (value != NULL && value[0] != '\0' &&
		    !config_add_rules(c, own[i].route, value, own[i].name,
				      report, arg))
			good = false;
	}
	value = first_set(get, no_proxy, ARRAY_SIZE(no_proxy), &name);
	if (c->server_from_all_proxy && value != NULL) {
		wrong = rules_parse_no_proxy(&c->rules, value);
		if (wrong != NULL) {
			report(arg, name, wrong);
			good = false;
		}
	}
	return good;
}

static bool is_server(const struct config *c, const struct endpoint *ep)
{
	if (endpoint_equal(ep, &c->server))
		return true;
	for (unsigned i = 0; i < c->nservers; i++)
		if (endpoint_equal(ep, &c->servers[i]))
			return true;
	return false;
}

bool config_env_names_server(const struct config *c, const char *value)
{
	struct server_url u;

	if (server_url_parse_any(&u, value, strlen(value)) != NULL)
		return false;
	/* Any version of SOCKS: to this proxy all of them would go direct. */
	return strncmp(u.scheme, "socks", 5) == 0 && is_server(c, &u.server);
}

bool config_env_is_server(const struct config *c, const char *value)
{
	struct server_url u;

	return server_url_parse(&u, value, strlen(value)) == NULL &&
	       is_server(c, &u.server);
}
