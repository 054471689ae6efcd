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
