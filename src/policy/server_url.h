/* SPDX-License-Identifier: MIT */
/*
 * How a user names the proxy: "host", "host:port", "[v6]:port" or
 * "socks5://[user[:password]@]host[:port]". Pure: no I/O, no allocation, no
 * errno, no report; async-signal-safe. May call socks/ and base/.
 */
#ifndef POLICY_SERVER_URL_H
#define POLICY_SERVER_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "socks/endpoint.h"
#include "socks/handshake.h"

#define SERVER_URL_SCHEME_MAX 15
#define SERVER_URL_FORM                       \
	"expected host:port, [IPv6]:port or " \
	"socks5://[user:password@]host:port"

struct server_url {
	char scheme[SERVER_URL_SCHEME_MAX + 1]; /* lower case; "" without */
	struct endpoint server;
	bool has_credentials; /* a user name at least */
	struct socks_credentials credentials;
};

/**
 * server_url_parse() - read one
 * The user information ends at the last '@', so that a password may hold
 * one; it and the host are percent-decoded. A schemeless value carries no
 * user information. The port is 1080 where none is named.
 * Return: NULL, or what is wrong, in words for the user; @u->scheme is set
 * in either case
 */
const char *server_url_parse(struct server_url *u, const char *value,
			     size_t len);

/** server_url_parse_any() - the same, whatever the scheme */
const char *server_url_parse_any(struct server_url *u, const char *value,
				 size_t len);

/** server_url_is_socks5() - scheme socks5 or socks5h, in any case? */
bool server_url_is_socks5(const char *value, size_t len);

/**
 * server_url_userinfo() - where the user information stands, '@' included
 * Good for malformed values too: it finds what may be a secret.
 * @password: set to the offset of the first octet after the ':', or to the
 *            offset of the '@' if there is no password
 * Return: false if there is none
 */
bool server_url_userinfo(const char *value, size_t len, size_t *begin,
			 size_t *password, size_t *end);

/** server_url_quote() - append the value in quotes, its password as *** */
void server_url_quote(struct text *t, const char *value, size_t len);

#endif
