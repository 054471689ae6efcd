/* SPDX-License-Identifier: MIT */
/* Collects what the configuration's setters report, for the tests of them. */
#ifndef TESTS_UNIT_REPORTS_H
#define TESTS_UNIT_REPORTS_H

#include <stdio.h>
#include <string.h>

struct reports {
	unsigned count;
	char text[16384]; /* "where: what\n" for each */
};

static inline void reports_add(void *arg, const char *where, const char *what)
{
	struct reports *r = arg;
	size_t len = strlen(r->text);

	r->count++;
	snprintf(r->text + len, sizeof(r->text) - len, "%s: %s\n", where, what);
}

#endif
