/* SPDX-License-Identifier: MIT */
#include "launcher/settings.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/compiler.h"
#include "exec/run_fd.h"
#include "launcher/message.h"
#include "launcher/slurp.h"
#include "policy/config_env.h"
#include "policy/config_file.h"

static const char *get(const char *name)
{
	return getenv(name);
}

static const char *get_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

/*
 * The configuration file; false after a message. Which one is settled by who
 * names it: a file that was named must be there, a default one need not.
 */
static bool load_file(const struct options *o, struct config_file *f,
		      char name[static PATH_MAX], unsigned *faults)
{
	const char *named = o->config_file, *home;
	char *text = NULL;
	size_t len = 0;

	config_init(&f->config);
	if (named == NULL && o->no_config)
		return true;
	if (named == NULL)
		named = get_set("SOCKS_CONF");
	if (named != NULL) {
		snprintf(name, PATH_MAX, "%s", named);
		text = slurp(named, &len);
	} else {
		errno = ENOENT;
		if ((home = get_set("XDG_CONFIG_HOME")) != NULL)
			snprintf(name, PATH_MAX, "%s/socksify/config", home);
		else if ((home = get_set("HOME")) != NULL)
			snprintf(name, PATH_MAX, "%s/.config/socksify/config",
				 home);
		if (home != NULL)
			text = slurp(name, &len);
		if (text == NULL && (errno == ENOENT || errno == ENOTDIR)) {
			snprintf(name, PATH_MAX, "/etc/socksify.conf");
			text = slurp(name, &len);
		}
		if (text == NULL && (errno == ENOENT || errno == ENOTDIR))
			return true;
	}
	if (text == NULL) {
		say("%s: %s", name, strerror(errno));
		return false;
	}
	config_file_parse(f, text, len, name, say_fault, faults);
	free(text);
	return true;
}

/* "~/x" is in the home folder, "x" beside the file that names it. */
static void password_path(char path[static PATH_MAX], const char *value,
			  const char *config_name)
{
	const char *slash = strrchr(config_name, '/');
	const char *home = get_set("HOME");

	if (strncmp(value, "~/", 2) == 0 && home != NULL)
		snprintf(path, PATH_MAX, "%s/%s", home, value + 2);
	else if (value[0] == '/' || slash == NULL)
		snprintf(path, PATH_MAX, "%s", value);
	else
		snprintf(path, PATH_MAX, "%.*s/%s", (int)(slash - config_name),
			 config_name, value);
}

/* The password is the file without the newline at its end. */
static void read_password(struct config *c, const char *path, unsigned *faults)
{
	size_t len;
	char *text = slurp(path, &len);

	if (text == NULL) {
		say_fault(faults, path, strerror(errno));
		return;
	}
	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len > 0 && text[len - 1] == '\r')
		len--;
	config_set_password(c, text, len, path, say_fault, faults);
	explicit_bzero(text, len);
	free(text);
}

static bool user_in_env(void)
{
	return get_set("SOCKS_USERNAME") != NULL ||
	       get_set("SOCKS_USER") != NULL || get_set("SOCKS5_USER") != NULL;
}

/*
 * The file's credentials go to the file's server only: another one must not
 * learn them.
 */
static void load_credentials(const struct options *o, struct config *c,
			     const struct config_file *f, bool files_server,
			     const char *file_name, unsigned *faults)
{
	char path[PATH_MAX];
	bool files_user = false;

	if (files_server && !c->server_from_all_proxy && user_in_env())
		memset(&c->credentials, 0, sizeof(c->credentials));
	else if (files_server && c->credentials.username_len == 0) {
		c->credentials = f->config.credentials;
		files_user = true;
	} else if (files_server) {
		files_user = c->credentials.username_len ==
				     f->config.credentials.username_len &&
			     memcmp(c->credentials.username,
				    f->config.credentials.username,
				    c->credentials.username_len) == 0;
	}
	config_env_credentials(c, get, say_fault, faults);
	if (o->password_file != NULL) {
		read_password(c, o->password_file, faults);
	} else if (c->credentials.password_len == 0 && files_user &&
		   f->password_file[0] != '\0') {
		password_path(path, f->password_file, file_name);
		read_password(c, path, faults);
	}
}

static void check_credentials(const struct config *c, const char *where,
			      unsigned *faults)
{
	char what[1200];

	if (c->credentials.username_len > 0 &&
	    c->credentials.password_len == 0) {
		snprintf(what, sizeof(what),
			 "user '%.*s' has no password: expected "
			 "SOCKS_PASSWORD, --password-file or "
			 "socks5://user:password@...",
			 c->credentials.username_len, c->credentials.username);
		say_fault(faults, where, what);
	}
	if (c->credentials.password_len > 0 && c->credentials.username_len == 0)
		say_fault(faults, where,
			  "there is a password, but no user name: expected "
			  "SOCKS_USERNAME or socks5://user@...");
}

static void apply_options(const struct options *o, struct config *c,
			  unsigned *faults)
{
	const struct {
		const char *option, *key, *value;
	} plain[] = {
		{"--loopback", "loopback", o->loopback},
		{"--udp", "udp", o->udp},
		{"--dns", "dns", o->dns},
		{"--timeout", "negotiate-timeout", o->timeout},
		{"--timeout", "request-timeout", o->timeout},
		{"--pipeline", "pipeline", o->pipeline ? "on" : NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		if (plain[i].value != NULL &&
		    !config_set(c, config_setting(plain[i].key), plain[i].value,
				plain[i].option, say_fault, faults))
			break; /* a bad --timeout is told once */
	if (o->quiet || o->verbose) {
		c->quiet = o->quiet;
		c->verbose = o->verbose;
	}
}

/* Options' rules come first; @c has none yet. */
static void add_option_rules(const struct options *o, struct config *c,
			     unsigned *faults)
{
	for (size_t i = 0; i < o->nrules; i++)
		config_add_rules(c, o->rules[i].route, o->rules[i].patterns,
				 o->rules[i].route == ROUTE_DIRECT ? "--direct"
								   : "--block",
				 say_fault, faults);
}

static void append_rules(struct config *c, const struct rules *more,
			 unsigned *faults)
{
	if (more->count > RULES_MAX - c->rules.count) {
		say_fault(faults, "rules", "there are more than 512 in all");
		return;
	}
	memcpy(&c->rules.rule[c->rules.count], more->rule,
	       more->count * sizeof(more->rule[0]));
	c->rules.count = (uint16_t)(c->rules.count + more->count);
}

/* The server by option or environment. Return: 1, 0 none, -1 after a report */
static int named_server(const struct options *o, struct config *c,
			const char **where, config_report *report, void *arg)
{
	static const char *const names[] = {"SOCKS_SERVER", "SOCKS5_SERVER",
					    CONFIG_ENV_KEPT};

	if (o->server != NULL) {
		*where = "-s";
		return config_set_server(c, o->server, "-s", report, arg) ? 1
									  : -1;
	}
	*where = "ALL_PROXY";
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (get_set(names[i]) != NULL) {
			*where = names[i];
			break;
		}
	return config_env_server(c, get, report, arg);
}

static void ignore_report(void *arg, const char *where, const char *what)
{
	(void)arg, (void)where, (void)what;
}

/* Does what is named now lead to @outer's server, as @outer's user? */
static bool names_outer_server(const struct options *o, struct config *scratch,
			       const struct run *outer)
{
	const struct socks_credentials *a, *b = &outer->config.credentials;
	const char *where;
	int named;

	config_init(scratch);
	named = named_server(o, scratch, &where, ignore_report, NULL);
	if (named <= 0)
		return named == 0;
	a = &scratch->credentials;
	return endpoint_equal(&scratch->server, &outer->config.server) &&
	       (a->username_len == 0 ||
		(a->username_len == b->username_len &&
		 a->password_len == b->password_len &&
		 memcmp(a->username, b->username, a->username_len) == 0 &&
		 memcmp(a->password, b->password, a->password_len) == 0));
}

/* Large, and a static launcher's memory is zero until touched. */
static struct config scratch;
static struct config_file file;

bool settings_same_run(const struct options *o, const struct run *outer)
{
	return !options_change_policy(o) &&
	       names_outer_server(o, &scratch, outer);
}

/* The outer run's settings, with the options on top. */
static bool load_from_outer(const struct options *o, const struct run *outer,
			    struct config *c)
{
	unsigned faults = 0;

	*c = outer->config;
	c->rules.count = 0;
	add_option_rules(o, c, &faults);
	append_rules(c, &outer->config.rules, &faults);
	apply_options(o, c, &faults);
	if (o->password_file != NULL)
		read_password(c, o->password_file, &faults);
	return faults == 0;
}

bool settings_load(const struct options *o, const struct run *outer,
		   struct config *c, const char **where)
{
	static char file_name[PATH_MAX];
	bool files_server = false;
	unsigned faults = 0;
	int named;

	*where = RUN_ENV;
	if (outer != NULL && o->config_file == NULL && !o->no_config &&
	    names_outer_server(o, &scratch, outer))
		return load_from_outer(o, outer, c);

	if (!load_file(o, &file, file_name, &faults))
		return false;
	/* All but rules, server and credentials. */
	config_init(c);
	c->rules.loopback_proxied = file.config.rules.loopback_proxied;
	memcpy((char *)c + offsetof(struct config, dns),
	       (char *)&file.config + offsetof(struct config, dns),
	       sizeof(*c) - offsetof(struct config, dns));

	named = named_server(o, c, where, say_fault, &faults);
	if (named == 0 && file.has_server) {
		c->server = file.config.server;
		*where = file_name;
		files_server = true;
	} else if (named > 0 && file.has_server) {
		files_server = endpoint_equal(&c->server, &file.config.server);
	}
	if (named == 0 && !file.has_server && faults == 0) {
		say("no proxy is named: expected -s HOST:PORT, or SOCKS_SERVER "
		    "in the environment, or server = HOST:PORT in %s",
		    file_name[0] != '\0' && !o->no_config ? file_name
							  : "a file");
		return false;
	}
	if (c->server.kind != ENDPOINT_NONE) {
		load_credentials(o, c, &file, files_server, file_name, &faults);
		if (faults == 0)
			check_credentials(c, *where, &faults);
	}
	add_option_rules(o, c, &faults);
	config_env_rules(c, get, say_fault, &faults);
	append_rules(c, &file.config.rules, &faults);
	apply_options(o, c, &faults);
	return faults == 0;
}
