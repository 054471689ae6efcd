/* SPDX-License-Identifier: MIT */
#include "policy/config_file.h"

#include <string.h>

#include "base/compiler.h"
#include "base/text.h"
#include "policy/server_url.h"

#define WHERE_MAX 4352 /* FILE:LINE */
#define VALUE_MAX 4096 /* octets of a value, NUL included */

/* The keys that are more than a plain setting. */
enum key {
	KEY_SERVER,
	KEY_USERNAME,
	KEY_PASSWORD_FILE,
	KEY_PASSWORD,
	KEY_COUNT,
};

static const char *const key_names[] = {"server", "username", "password-file",
					"password"};
_Static_assert(ARRAY_SIZE(key_names) == KEY_COUNT, "a name for each key");

struct parser {
	struct config_file *f;
	const char *name; /* the file's */
	unsigned line;
	unsigned faults;
	config_report *report;
	void *arg;
	/* The line that gave each key, to name it when it comes again. */
	unsigned seen[32];
};

struct span {
	const char *p;
	size_t n;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span s)
{
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* The setters' report: what they call @where is this parser's present line. */
static void fault(void *arg, const char *where, const char *what)
{
	struct parser *ps = arg;
	char buf[WHERE_MAX];
	struct text t;

	(void)where;
	text_init(&t, buf, sizeof(buf));
	text_str(&t, ps->name);
	text_char(&t, ':');
	text_uint(&t, ps->line);
	ps->faults++;
	ps->report(ps->arg, buf, what);
}

/* @word is shown, so it is never a value that may be a secret. */
static void fault_about(struct parser *ps, struct span word, const char *what)
{
	char buf[512];
	struct text t;

	text_init(&t, buf, sizeof(buf));
	server_url_quote(&t, word.p, word.n > 64 ? 64 : word.n);
	text_str(&t, ": ");
	text_str(&t, what);
	fault(ps, NULL, buf);
}

static bool span_is(struct span s, const char *word)
{
	return s.n == strlen(word) && memcmp(s.p, word, s.n) == 0;
}

static bool first_time(struct parser *ps, int slot, struct span key)
{
	char buf[64];
	struct text t;

	if (ps->seen[slot] == 0) {
		ps->seen[slot] = ps->line;
		return true;
	}
	text_init(&t, buf, sizeof(buf));
	text_str(&t, "given before, in line ");
	text_uint(&t, ps->seen[slot]);
	fault_about(ps, key, buf);
	return false;
}

static void set_password_file(struct parser *ps, const char *value)
{
	size_t n = strlen(value);

	if (n >= sizeof(ps->f->password_file))
		fault(ps, NULL, "the file name is too long");
	else
		memcpy(ps->f->password_file, value, n + 1);
}

static void set_key(struct parser *ps, enum key key, const char *value)
{
	struct config *c = &ps->f->config;

	switch (key) {
	case KEY_SERVER:
		if (config_set_server(c, value, NULL, fault, ps))
			ps->f->has_server = true;
		break;
	case KEY_USERNAME:
		config_set_username(c, value, NULL, fault, ps);
		break;
	case KEY_PASSWORD_FILE:
		set_password_file(ps, value);
		break;
	case KEY_PASSWORD:
	case KEY_COUNT:
		break;
	}
}

/* "value # comment"; not for what may itself hold a '#'. */
static struct span cut_comment(struct span s)
{
	for (size_t i = 1; i < s.n; i++)
		if (s.p[i] == '#' && is_blank(s.p[i - 1])) {
			s.n = i;
			break;
		}
	return trim(s);
}

static void read_setting(struct parser *ps, struct span key, struct span value)
{
	char name[32], buf[VALUE_MAX];
	int setting = -1, special = -1;

	for (int i = 0; i < KEY_COUNT; i++)
		if (span_is(key, key_names[i]))
			special = i;
	if (special < 0 && key.n < sizeof(name)) {
		memcpy(name, key.p, key.n);
		name[key.n] = '\0';
		setting = config_setting(name);
	}
	if (special < 0 && setting < 0) {
		fault_about(ps, key,
			    "unknown key: expected server, username, "
			    "password-file, loopback, udp, fragment, dns, "
			    "fake-ipv4, fake-ipv6, negotiate-timeout, "
			    "request-timeout or pipeline");
		return;
	}
	if (special == KEY_PASSWORD) {
		fault_about(ps, key,
			    "the password has a file of its own: expected "
			    "password-file = FILE");
		return;
	}
	if (!first_time(ps, setting >= 0 ? KEY_COUNT + setting : special, key))
		return;
	if (special != KEY_USERNAME && special != KEY_PASSWORD_FILE)
		value = cut_comment(value);
	if (value.n == 0) {
		fault_about(ps, key, "expected a value after '='");
		return;
	}
	if (value.n >= sizeof(buf)) {
		fault_about(ps, key, "the value is too long");
		return;
	}
	memcpy(buf, value.p, value.n);
	buf[value.n] = '\0';
	if (setting >= 0)
		config_set(&ps->f->config, setting, buf, NULL, fault, ps);
	else
		set_key(ps, (enum key)special, buf);
}

static bool read_rule(struct parser *ps, struct span word, struct span rest)
{
	static const struct {
		const char *word;
		enum route route;
	} routes[] = {
		{"proxy", ROUTE_PROXY},
		{"direct", ROUTE_DIRECT},
		{"block", ROUTE_REFUSE},
	};
	char buf[VALUE_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
		if (!span_is(word, routes[i].word))
			continue;
		rest = rest.n > 0 && rest.p[0] == '#' ? (struct span){0}
						      : cut_comment(rest);
		if (rest.n > 0 && rest.p[0] == '=') {
			fault_about(ps, word,
				    "a rule has no '=': expected, for "
				    "instance, direct 10.0.0.0/8");
		} else if (rest.n >= sizeof(buf)) {
			fault_about(ps, word, "the line is too long");
		} else {
			if (rest.n > 0)
				memcpy(buf, rest.p, rest.n);
			buf[rest.n] = '\0';
			config_add_rules(&ps->f->config, routes[i].route, buf,
					 NULL, fault, ps);
		}
		return true;
	}
	return false;
}

static void read_line(struct parser *ps, struct span line)
{
	struct span word, rest;
	const char *equals;
	size_t n = 0;

	line = trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return;
	for (size_t i = 0; i < line.n; i++)
		if ((unsigned char)line.p[i] < 0x20 && line.p[i] != '\t') {
			fault(ps, NULL,
			      "a control character: expected a line of text");
			return;
		}
	while (n < line.n && !is_blank(line.p[n]) && line.p[n] != '=')
		n++;
	word = (struct span){line.p, n};
	rest = trim((struct span){line.p + n, line.n - n});
	if (read_rule(ps, word, rest))
		return;
	equals = memchr(line.p, '=', line.n);
	if (equals == NULL) {
		/* Only one word is shown: the rest may be a password. */
		fault_about(ps, word,
			    "expected key = value, or a rule: direct, block "
			    "or proxy and what it is for");
		return;
	}
	n = (size_t)(equals - line.p);
	read_setting(ps, trim((struct span){line.p, n}),
		     trim((struct span){equals + 1, line.n - n - 1}));
}

unsigned config_file_parse(struct config_file *f, const char *text, size_t len,
			   const char *name, config_report *report, void *arg)
{
	struct parser ps = {f, name, 0, 0, report, arg, {0}};

	config_init(&f->config);
	f->has_server = false;
	f->password_file[0] = '\0';
	/* The mark that some editors put at the beginning of UTF-8. */
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t n = end != NULL ? (size_t)(end - text) : len;

		ps.line++;
		read_line(&ps, (struct span){text, n});
		if (end != NULL)
			n++;
		text += n;
		len -= n;
	}
	return ps.faults;
}
