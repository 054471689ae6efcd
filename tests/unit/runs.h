/* SPDX-License-Identifier: MIT */
/* A run state in memory of its own, for the tests of what works on one. */
#ifndef TESTS_UNIT_RUNS_H
#define TESTS_UNIT_RUNS_H

#include <check.h>
#include <string.h>
#include <sys/mman.h>

#include "policy/run.h"

static inline void runs_complain(void *arg, const char *where, const char *what)
{
	(void)arg;
	ck_abort_msg("%s: %s", where, what);
}

/* Rules from "direct PATTERN;block PATTERN;proxy PATTERN". */
static inline void runs_add_rules(struct config *c, const char *text)
{
	static const char *const words[] = {
		[ROUTE_PROXY] = "proxy ",
		[ROUTE_DIRECT] = "direct ",
		[ROUTE_REFUSE] = "block ",
	};

	while (*text != '\0') {
		char rule[64];
		size_t n = strcspn(text, ";");
		enum route route = ROUTE_PROXY;

		ck_assert_uint_lt(n, sizeof(rule));
		memcpy(rule, text, n);
		rule[n] = '\0';
		while (strncmp(rule, words[route], strlen(words[route])) != 0)
			ck_assert_uint_le(++route, ROUTE_REFUSE);
		ck_assert(config_add_rules(c, route,
					   rule + strlen(words[route]), "rule",
					   runs_complain, NULL));
		text += n + (text[n] == ';');
	}
}

/**
 * runs_new() - a run with these rules
 * @servers: the proxy's addresses, "a.b.c.d:port [v6]:port"
 */
static inline struct run *runs_new(const char *servers, const char *rules)
{
	static struct config c;
	struct run *run = mmap(NULL, sizeof(*run), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			       0);

	ck_assert_ptr_ne(run, MAP_FAILED);
	config_init(&c);
	ck_assert(config_set_server(&c, "proxy.example:1080", "server",
				    runs_complain, NULL));
	while (*servers != '\0') {
		char server[64];
		size_t n = strcspn(servers, " ");

		ck_assert_uint_lt(n, sizeof(server));
		memcpy(server, servers, n);
		server[n] = '\0';
		ck_assert(endpoint_parse(&c.servers[c.nservers++], server, 0));
		servers += n + (servers[n] == ' ');
	}
	runs_add_rules(&c, rules);
	run_init(run, &c, 0x1122334455667788u);
	return run;
}

/* A name's fake address. */
static inline struct endpoint runs_fake(struct run *run, const char *name,
					int family, uint16_t port)
{
	struct endpoint ep;
	int slot = names_insert(&run->names, name, strlen(name), 1, NULL, 0);

	ck_assert_int_ge(slot, 0);
	names_address(&run->names, slot, family, &ep);
	ep.port = port;
	return ep;
}

#endif
