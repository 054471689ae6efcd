/* SPDX-License-Identifier: MIT */
#include "policy/hosts.h"

#include <string.h>

#include "policy/fold.h"

#define DNS_PORT      53
#define DNS_NAME_MAX  253
#define DNS_LABEL_MAX 63

/* A stretch of the text. */
struct span {
	const char *p;
	size_t len;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* The next line, without its end. Return: false at the end of the text */
static bool next_line(struct span *text, struct span *line)
{
	const char *end;

	if (!text->len)
		return false;
	end = memchr(text->p, '\n', text->len);
	line->p = text->p;
	line->len = end ? (size_t)(end - text->p) : text->len;
	text->p += line->len;
	text->len -= line->len;
	if (end) {
		text->p++;
		text->len--;
	}
	return true;
}

/* The next word of a line, as far as a comment. Return: false if none is */
static bool next_word(struct span *line, struct span *word)
{
	while (line->len && is_space(*line->p)) {
		line->p++;
		line->len--;
	}
	word->p = line->p;
	while (line->len && !is_space(*line->p) && *line->p != '#') {
		line->p++;
		line->len--;
	}
	word->len = (size_t)(line->p - word->p);
	return word->len;
}

/*
 * An address; a %scope that is no number is left out, for interfaces are not
 * ours to ask.
 */
static bool parse_address(struct endpoint *ep, struct span word)
{
	const char *percent;

	*ep = (struct endpoint){0};
	if (!endpoint_parse_host(ep, word.p, word.len))
		return false;
	percent = memchr(word.p, '%', word.len);
	if (ep->kind == ENDPOINT_NAME && percent) {
		*ep = (struct endpoint){0};
		if (!endpoint_parse_host(ep, word.p,
					 (size_t)(percent - word.p)) ||
		    ep->kind != ENDPOINT_IPV6)
			return false;
	}
	return ep->kind == ENDPOINT_IPV4 || ep->kind == ENDPOINT_IPV6;
}

static bool is_family(const struct endpoint *ep, int family)
{
	return family == AF_UNSPEC ||
	       (family == AF_INET && ep->kind == ENDPOINT_IPV4) ||
	       (family == AF_INET6 && ep->kind == ENDPOINT_IPV6);
}

/* Is @name among the words of @line? @first becomes the first of them. */
static bool line_names(struct span line, const char *name, size_t len,
		       struct span *first)
{
	struct span word;
	bool found = false;

	*first = (struct span){0};
	while (!found && next_word(&line, &word)) {
		if (!first->len)
			*first = word;
		found = fold_equal(word.p, word.len, name, len);
	}
	return found;
}

size_t hosts_by_name(const char *text, size_t len, const char *name, int family,
		     struct endpoint *ep, size_t max,
		     struct endpoint *canonical)
{
	struct span rest = {text, len}, line, word, first;
	size_t name_len = strlen(name), n = 0;

	if (!fold_len(name, name_len))
		return 0;
	while (n < max && next_line(&rest, &line)) {
		struct endpoint addr;

		/* The names first: addresses cost more to read. */
		if (!next_word(&line, &word) ||
		    !line_names(line, name, name_len, &first) ||
		    !parse_address(&addr, word) || !is_family(&addr, family))
			continue;
		if (!n && canonical &&
		    !endpoint_set_name(canonical, first.p, first.len))
			endpoint_set_name(canonical, name, name_len);
		ep[n++] = addr;
	}
	return n;
}

/* The same address? The file knows of no scopes. */
static bool same_address(const struct endpoint *a, const struct endpoint *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == ENDPOINT_IPV4 ? !memcmp(a->ipv4, b->ipv4, 4)
					: !memcmp(a->ipv6, b->ipv6, 16);
}

bool hosts_by_address(const char *text, size_t len, const struct endpoint *ep,
		      struct endpoint *name)
{
	struct span rest = {text, len}, line, word, first;

	if (ep->kind != ENDPOINT_IPV4 && ep->kind != ENDPOINT_IPV6)
		return false;
	while (next_line(&rest, &line)) {
		struct endpoint addr;

		if (next_word(&line, &word) && next_word(&line, &first) &&
		    parse_address(&addr, word) && same_address(&addr, ep) &&
		    endpoint_set_name(name, first.p, first.len))
			return true;
	}
	return false;
}

size_t resolv_servers(const char *text, size_t len,
		      struct endpoint ep[static RESOLV_SERVERS_MAX])
{
	static const char keyword[] = "nameserver";
	struct span rest = {text, len}, line, word;
	size_t n = 0;

	while (n < RESOLV_SERVERS_MAX && next_line(&rest, &line)) {
		const char *end;

		/* As libc: the keyword stands at the very start of a line. */
		if (line.len && is_space(*line.p))
			continue;
		if (!next_word(&line, &word) ||
		    word.len != sizeof(keyword) - 1 ||
		    memcmp(word.p, keyword, word.len) ||
		    !next_word(&line, &word))
			continue;
		end = memchr(word.p, ';', word.len);
		if (end)
			word.len = (size_t)(end - word.p);
		if (!parse_address(&ep[n], word))
			continue;
		ep[n++].port = DNS_PORT;
	}
	return n;
}

bool host_is_localhost(const char *name, size_t len)
{
	static const char localhost[] = "localhost";

	return fold_equal(name, len, localhost, sizeof(localhost) - 1) ||
	       fold_under(name, len, localhost, sizeof(localhost) - 1);
}

bool host_is_hostname(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)name[i];
		unsigned char letter = c | 0x20;

		if (c < 0x80 && (letter < 'a' || letter > 'z') &&
		    (c < '0' || c > '9') && c != '-' && c != '_' && c != '.')
			return false;
	}
	return true;
}

bool host_is_impossible(const char *name, size_t len)
{
	static const char invalid[] = "invalid";
	size_t label = 0;

	len = fold_len(name, len);
	if (!len || len > DNS_NAME_MAX)
		return true;
	for (size_t i = 0; i < len; i++) {
		if (name[i] != '.') {
			if (++label > DNS_LABEL_MAX)
				return true;
			continue;
		}
		if (!label)
			return true;
		label = 0;
	}
	return !label || fold_equal(name, len, invalid, sizeof(invalid) - 1) ||
	       fold_under(name, len, invalid, sizeof(invalid) - 1);
}
