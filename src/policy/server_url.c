/* SPDX-License-Identifier: MIT */
#include "policy/server_url.h"

#include <string.h>

#include "policy/config.h"

static const char bad_port[] = "the port is not a number from 1 to 65535";
static const char bad_percent[] = "'%' is not followed by two hex digits, "
				  "a '%' itself is written %25";

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int hex_digit(char c)
{
	c = lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The octets of "scheme" in "scheme://", 0 if the value has no scheme. */
static size_t scheme_len(const char *v, size_t len)
{
	size_t n = 0;

	while (n < len && (is_alnum(v[n]) || strchr("+.-", v[n]) != NULL) &&
	       v[n] != '\0')
		n++;
	return n > 0 && len - n >= 3 && memcmp(v + n, "://", 3) == 0 ? n : 0;
}

static void copy_scheme(char scheme[static SERVER_URL_SCHEME_MAX + 1],
			const char *v, size_t len)
{
	size_t n = scheme_len(v, len);

	if (n > SERVER_URL_SCHEME_MAX)
		n = SERVER_URL_SCHEME_MAX;
	for (size_t i = 0; i < n; i++)
		scheme[i] = lower(v[i]);
	scheme[n] = '\0';
}

bool server_url_is_socks5(const char *value, size_t len)
{
	char scheme[SERVER_URL_SCHEME_MAX + 1];

	copy_scheme(scheme, value, len);
	return strcmp(scheme, "socks5") == 0 || strcmp(scheme, "socks5h") == 0;
}

bool server_url_userinfo(const char *value, size_t len, size_t *begin,
			 size_t *password, size_t *end)
{
	size_t scheme = scheme_len(value, len), start, i;
	const char *at = memrchr(value, '@', len), *colon;

	start = scheme > 0 ? scheme + 3 : 0;
	if (at == NULL || at < value + start)
		return false;
	i = (size_t)(at - value);
	colon = memchr(value + start, ':', i - start);
	*begin = start;
	*password = colon != NULL ? (size_t)(colon - value) + 1 : i;
	*end = i + 1;
	return true;
}

void server_url_quote(struct text *t, const char *value, size_t len)
{
	size_t begin, password, end;

	text_char(t, '"');
	if (server_url_userinfo(value, len, &begin, &password, &end) &&
	    password < end - 1) {
		text_quoted(t, value, password);
		text_str(t, "***");
		value += end - 1;
		len -= end - 1;
	}
	text_quoted(t, value, len);
	text_char(t, '"');
}

/**
 * percent_decode() - @n octets of @v into @out of @cap
 * Return: NULL with *@out_len set, or what is wrong
 */
static const char *percent_decode(const char *v, size_t n, char *out,
				  size_t cap, size_t *out_len)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		char c = v[i];

		if (c == '%') {
			int high = i + 1 < n ? hex_digit(v[i + 1]) : -1;
			int low = i + 2 < n ? hex_digit(v[i + 2]) : -1;

			if (high < 0 || low < 0)
				return bad_percent;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (c == '\0')
			return "a NUL octet (%00) is not allowed";
		if (len == cap)
			return "a part is longer than 255 octets";
		out[len++] = c;
	}
	*out_len = len;
	return NULL;
}

static const char *parse_port(const char *p, size_t n, uint16_t *port)
{
	unsigned v = 0;

	if (n == 0 || n > 5)
		return bad_port;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return bad_port;
		v = v * 10 + (unsigned)(p[i] - '0');
	}
	if (v < 1 || v > 65535)
		return bad_port;
	*port = (uint16_t)v;
	return NULL;
}

/*
 * A name whose last label is all digits is a mistyped address (10.0.0.256):
 * to ask the DNS for it would only delay the complaint.
 */
static bool looks_like_ipv4(const char *h, size_t n)
{
	size_t digits = 0;

	if (n > 0 && h[n - 1] == '.')
		n--;
	while (digits < n && h[n - 1 - digits] >= '0' &&
	       h[n - 1 - digits] <= '9')
		digits++;
	return digits > 0 && (digits == n || h[n - 1 - digits] == '.');
}

static const char *check_name(const char *h, size_t n)
{
	if (looks_like_ipv4(h, n))
		return "this is neither an IPv4 address nor a name";
	for (size_t i = 0; i < n; i++)
		/* Octets over 127 may be a name in UTF-8. */
		if (!is_alnum(h[i]) && !(h[i] & 0x80) &&
		    strchr("-._", h[i]) == NULL)
			return "the host has a character that no name has";
	return NULL;
}

/* "v6" or "v6%zone", without brackets; RFC 6874 writes %25 for the '%'. */
static const char *parse_ipv6(struct endpoint *ep, const char *h, size_t n)
{
	static const char wrong[] = "this is no IPv6 address";
	char buf[64];
	const char *zone = memchr(h, '%', n);
	size_t len = 0;

	if (n >= sizeof(buf))
		return wrong;
	for (size_t i = 0; i < n; i++) {
		buf[len++] = h[i];
		if (h + i == zone && n - i > 3 && h[i + 1] == '2' &&
		    h[i + 2] == '5')
			i += 2;
	}
	if (zone != NULL) {
		size_t z = (size_t)(zone - h) + 1;

		if (z == len)
			return "the zone after '%' is missing";
		for (; z < len; z++)
			if (buf[z] < '0' || buf[z] > '9')
				return "a zone is given by its number "
				       "(see ip link)";
	}
	/* v4-mapped becomes IPv4 there, which is as good. */
	if (memchr(buf, ':', len) == NULL ||
	    !endpoint_parse_host(ep, buf, len) || ep->kind == ENDPOINT_NAME)
		return wrong;
	return NULL;
}

/* host, host:port, [v6], [v6]:port; a bare v6 literal where @bare_v6. */
static const char *parse_host_port(struct endpoint *ep, const char *v,
				   size_t len, bool bare_v6)
{
	char host[ENDPOINT_NAME_MAX];
	size_t n;
	const char *colon, *wrong;
	uint16_t port = SOCKS_DEFAULT_PORT;

	if (len > 0 && v[0] == '[') {
		const char *close = memchr(v, ']', len);
		size_t used;

		if (close == NULL)
			return "the ']' is missing";
		used = (size_t)(close - v) + 1;
		wrong = parse_ipv6(ep, v + 1, used - 2);
		if (wrong == NULL && used < len)
			wrong = v[used] == ':'
					? parse_port(v + used + 1,
						     len - used - 1, &port)
					: bad_port;
		ep->port = port;
		return wrong;
	}
	colon = memchr(v, ':', len);
	if (colon != NULL && memrchr(v, ':', len) != colon) {
		ep->port = port;
		return bare_v6 ? parse_ipv6(ep, v, len)
			       : "an IPv6 address stands in brackets";
	}
	n = colon != NULL ? (size_t)(colon - v) : len;
	if (n == 0)
		return "the host is missing";
	wrong = percent_decode(v, n, host, sizeof(host), &n);
	if (wrong == NULL && colon != NULL)
		wrong = parse_port(colon + 1, (size_t)(v + len - colon) - 1,
				   &port);
	if (wrong != NULL)
		return wrong;
	if (!endpoint_parse_host(ep, host, n))
		return "this is no host";
	ep->port = port;
	return ep->kind == ENDPOINT_NAME ? check_name(host, n) : NULL;
}

static const char *parse_credentials(struct socks_credentials *c, const char *v,
				     size_t len)
{
	const char *colon = memchr(v, ':', len), *wrong;
	size_t user_len = colon != NULL ? (size_t)(colon - v) : len, n;

	wrong = percent_decode(v, user_len, c->username, sizeof(c->username),
			       &n);
	if (wrong != NULL)
		return wrong;
	if (n == 0)
		return "the user name is empty";
	c->username_len = (uint8_t)n;
	if (colon == NULL)
		return NULL;
	wrong = percent_decode(colon + 1, len - user_len - 1, c->password,
			       sizeof(c->password), &n);
	if (wrong != NULL)
		return wrong;
	if (n == 0)
		return "the password is empty";
	c->password_len = (uint8_t)n;
	return NULL;
}

const char *server_url_parse(struct server_url *u, const char *value,
			     size_t len)
{
	if (scheme_len(value, len) > 0 && !server_url_is_socks5(value, len)) {
		memset(u, 0, sizeof(*u));
		copy_scheme(u->scheme, value, len);
		return "only SOCKS5 is spoken";
	}
	return server_url_parse_any(u, value, len);
}

const char *server_url_parse_any(struct server_url *u, const char *value,
				 size_t len)
{
	size_t begin, password, end;
	bool url = scheme_len(value, len) > 0;

	memset(u, 0, sizeof(*u));
	copy_scheme(u->scheme, value, len);
	if (server_url_userinfo(value, len, &begin, &password, &end)) {
		const char *wrong = NULL;

		if (!url)
			return "credentials need the socks5:// form";
		if (end - begin > 1) { /* "socks5://@host" names nobody */
			wrong = parse_credentials(&u->credentials,
						  value + begin,
						  end - begin - 1);
			u->has_credentials = true;
		}
		if (wrong != NULL)
			return wrong;
		value += end;
		len -= end;
	} else if (url) {
		size_t n = scheme_len(value, len) + 3;

		value += n;
		len -= n;
	}
	if (url && len > 0 && value[len - 1] == '/')
		len--;
	return parse_host_port(&u->server, value, len, !url);
}
