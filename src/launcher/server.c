/* SPDX-License-Identifier: MIT */
/*
 * A static program must not call getaddrinfo(3): it would load NSS modules of
 * whatever libc is there. So: literals and /etc/hosts by ourselves, all else
 * by a small dynamic helper.
 */
#include "launcher/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/message.h"
#include "launcher/place.h"
#include "launcher/slurp.h"
#include "policy/hosts.h"
#include "policy/rules.h"

static bool add(struct config *c, const struct endpoint *address)
{
	if (c->nservers == CONFIG_SERVERS_MAX)
		return false;
	c->servers[c->nservers] = *address;
	c->servers[c->nservers++].port = c->server.port;
	return true;
}

static void add_from_hosts(struct config *c)
{
	struct endpoint found[CONFIG_SERVERS_MAX];
	size_t len, n;
	char *text = slurp("/etc/hosts", &len);

	if (text == NULL)
		return;
	n = hosts_by_name(text, len, c->server.name, AF_UNSPEC, found,
			  CONFIG_SERVERS_MAX, NULL);
	for (size_t i = 0; i < n; i++)
		add(c, &found[i]);
	free(text);
}

/* RFC 6761 section 6.3, should /etc/hosts not know it. */
static void add_loopback(struct config *c)
{
	struct endpoint ep;

	if (endpoint_parse_host(&ep, "127.0.0.1", 9))
		add(c, &ep);
	if (endpoint_parse_host(&ep, "::1", 3))
		add(c, &ep);
}

/* Start the helper; Return: what it writes to, or NULL */
static FILE *start_resolver(const char *path, const char *name, pid_t *pid)
{
	int fds[2];
	FILE *out;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return NULL;
	*pid = fork();
	if (*pid == 0) {
		if (dup2(fds[1], STDOUT_FILENO) >= 0)
			execl(path, path, name, (char *)NULL);
		_exit(EXIT_NOT_FOUND);
	}
	close(fds[1]);
	out = *pid > 0 ? fdopen(fds[0], "r") : NULL;
	if (out == NULL)
		close(fds[0]);
	return out;
}

/*
 * Inside another socksify the helper is itself under the outer library, and
 * gets fake addresses: they stand for the name at the outer proxy.
 */
static void add_from_resolver(struct config *c, const char *where)
{
	char path[PATH_MAX], line[256];
	char wrong[256] = "socksify-resolve cannot be run";
	pid_t pid;
	FILE *out;

	if (!place_resolver(path))
		return;
	out = start_resolver(path, c->server.name, &pid);
	while (out != NULL && fgets(line, sizeof(line), out) != NULL) {
		struct endpoint ep;

		line[strcspn(line, "\n")] = '\0';
		/* "error TEXT" or an address */
		if (strncmp(line, "error ", 6) == 0)
			strcpy(wrong, line + 6);
		else if (endpoint_parse_host(&ep, line, strlen(line)) &&
			 ep.kind != ENDPOINT_NAME)
			add(c, &ep);
	}
	if (out != NULL) {
		fclose(out);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (c->nservers == 0)
		say("%s: cannot find the address of the proxy %s: %s", where,
		    c->server.name, wrong);
}

bool server_resolve(struct config *c, const char *where)
{
	c->nservers = 0;
	if (c->server.kind != ENDPOINT_NAME)
		return add(c, &c->server);
	if (host_is_impossible(c->server.name, c->server.name_len)) {
		say("%s: there is no such host as %s", where, c->server.name);
		return false;
	}
	add_from_hosts(c);
	if (c->nservers == 0 &&
	    host_is_localhost(c->server.name, c->server.name_len))
		add_loopback(c);
	if (c->nservers == 0)
		add_from_resolver(c, where);
	return c->nservers > 0;
}

/* Where does the outer run send connections to @ep? */
static struct verdict outer_verdict(const struct run *outer,
				    const struct endpoint *ep)
{
	const struct endpoint *servers;
	unsigned count;

	servers = config_first_servers(&outer->config, &count);
	return rules_judge(&outer->config.rules, servers, count, ep);
}

/* The way to the outer proxy, and that proxy itself, lead to ours. */
static bool take_way(struct config *c, const struct config *outer,
		     const char *where)
{
	struct config_hop *last;

	if (outer->nvia == CONFIG_VIA_MAX) {
		say("%s: more than %d proxies on the way to this one", where,
		    CONFIG_VIA_MAX);
		return false;
	}
	memcpy(c->via, outer->via, sizeof(c->via));
	c->nvia = outer->nvia;
	last = &c->via[c->nvia++];
	memcpy(last->servers, outer->servers, sizeof(last->servers));
	last->nservers = outer->nservers;
	last->credentials = outer->credentials;
	return true;
}

/* A name that the outer run sends direct is a fake address with real ones. */
static void use_real_addresses(struct config *c, const struct run *outer)
{
	struct endpoint real[NAMES_REAL_MAX];
	int slot = c->nservers > 0 ? names_slot(&outer->names, &c->servers[0])
				   : -EINVAL;
	size_t n = slot >= 0 ? names_real(&outer->names, slot, real) : 0;

	if (n == 0)
		return;
	c->nservers = 0;
	for (size_t i = 0; i < n; i++)
		add(c, &real[i]);
}

bool server_by_way_of(struct config *c, const struct run *outer,
		      const char *where)
{
	struct verdict v;

	c->nservers = 0;
	if (c->server.kind == ENDPOINT_NAME) {
		add_from_hosts(c);
		if (c->nservers == 0 &&
		    host_is_localhost(c->server.name, c->server.name_len))
			add_loopback(c);
	}
	if (c->nservers == 0)
		c->servers[c->nservers++] = c->server;
	v = outer_verdict(outer, &c->servers[0]);
	switch (v.route) {
	case ROUTE_PROXY:
		return take_way(c, &outer->config, where);
	case ROUTE_DIRECT:
		break;
	case ROUTE_REFUSE:
		say("%s: the outer socksify does not let us reach this proxy: "
		    "%s",
		    where, strerror(v.error));
		return false;
	}
	if (!server_resolve(c, where))
		return false;
	use_real_addresses(c, outer);
	return true;
}
