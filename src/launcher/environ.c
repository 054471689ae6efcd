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
static bool strip_userinfo(const char *name, const char *value)
{
	size_t begin, password, end;
	char *stripped;
	bool good;

	if (!server_url_userinfo(value, strlen(value), &begin, &password, &end))
		return true;
	stripped = strdup(value);
	if (stripped == NULL)
		return false;
	memmove(stripped + begin, value + end, strlen(value + end) + 1);
	good = setenv(name, stripped, 1) == 0;
	free(stripped);
	return good;
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
	for (size_t i = 0; i < ARRAY_SIZE(servers); i++) {
		const char *value = getenv(servers[i]);

		if (value != NULL && !strip_userinfo(servers[i], value)) {
			say("out of memory");
			return false;
		}
	}
	return true;
}
