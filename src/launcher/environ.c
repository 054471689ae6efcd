/* SPDX-License-Identifier: MIT */
#include "launcher/environ.h"

#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "launcher/message.h"
#include "policy/config_env.h"
#include "policy/server_url.h"

/*
 * User names go with the passwords: a socksify inside would take a name
 * without its password for a mistake.
 */
static const char *const credentials[] = {
	"SOCKS_USERNAME", "SOCKS_USER",	  "SOCKS5_USER",
	"SOCKS_PASSWORD", "SOCKS_PASSWD", "SOCKS5_PASSWD",
};

static const char *const proxies[] = {
	"http_proxy", "https_proxy", "ftp_proxy", "all_proxy",
	"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY",
};

static const char *const servers[] = {"SOCKS_SERVER", "SOCKS5_SERVER"};

/* "socks5://user:password@host" becomes "socks5://host". */
static bool set_without_userinfo(const char *name, const char *value)
{
	size_t begin, password, end;
	char *stripped = strdup(value);
	bool good;

	if (stripped == NULL)
		return false;
	if (server_url_userinfo(value, strlen(value), &begin, &password, &end))
		memmove(stripped + begin, value + end, strlen(value + end) + 1);
	good = setenv(name, stripped, 1) == 0;
	free(stripped);
	return good;
}

/*
 * The run's own server is kept by a name that only we know. Another one is the
 * command's business.
 */
static bool clean_servers(const struct config *c)
{
	const char *kept = getenv(CONFIG_ENV_KEPT);

	/* An outer run's. */
	if (kept != NULL && !config_env_is_server(c, kept))
		unsetenv(CONFIG_ENV_KEPT);
	for (size_t i = ARRAY_SIZE(servers); i-- > 0;) {
		const char *value = getenv(servers[i]);
		bool own = value != NULL && config_env_is_server(c, value);

		if (value != NULL &&
		    !set_without_userinfo(own ? CONFIG_ENV_KEPT : servers[i],
					  value))
			return false;
		if (own)
			unsetenv(servers[i]);
	}
	return true;
}

bool environ_clean(const struct config *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(credentials); i++)
		unsetenv(credentials[i]);
	for (size_t i = 0; i < ARRAY_SIZE(proxies); i++) {
		const char *value = getenv(proxies[i]);

		if (value != NULL && config_env_names_server(c, value))
			unsetenv(proxies[i]);
	}
	if (!clean_servers(c)) {
		say("out of memory");
		return false;
	}
	return true;
}
