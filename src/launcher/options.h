/* SPDX-License-Identifier: MIT */
/* The command line. */
#ifndef LAUNCHER_OPTIONS_H
#define LAUNCHER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/rules.h"

struct options {
	char *server; /* a copy: the password in argv is overwritten */
	const char *config_file;
	bool no_config;
	const char *password_file;
	const char *loopback, *udp, *dns, *timeout; /* NULL: not given */
	bool pipeline;
	enum guard_choice {
		GUARD_AUTO, /* the guard, else the deny filter, else nothing */
		GUARD_ON,   /* nothing less than the guard */
		GUARD_OFF,
	} guard;
	bool quiet, verbose;
	/* --direct and --block, in their order. */
	struct option_rule {
		enum route route;
		const char *patterns;
	} * rules;
	size_t nrules;
	char **command; /* NULL-terminated; empty: a shell */
};

enum options_result {
	OPTIONS_RUN,
	OPTIONS_SHOWN, /* --help or --version has been answered */
	OPTIONS_BAD,   /* and told so */
};

enum options_result options_parse(struct options *o, int argc, char **argv);

/** options_change_policy() - is anything given that a running run has not? */
bool options_change_policy(const struct options *o);

#endif
