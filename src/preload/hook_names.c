/* SPDX-License-Identifier: MIT */
/*
 * Hooks: getaddrinfo(3), getnameinfo(3), gethostbyname(3), gethostbyaddr(3)
 * and their families. libc is asked only what needs no look-up (literals,
 * services, NULL hosts), because what it sends inside itself cannot be seen,
 * and its modules would tell local daemons.
 *
 * Results of getaddrinfo are libc's own nodes, made from literals and linked,
 * so that libc's freeaddrinfo frees them.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "libc/libc.h"
#include "preload/state.h"
#include "sock/resolve.h"

static int eai_error(enum resolve_result r)
{
	switch (r) {
	case RESOLVE_OK:
		return 0;
	case RESOLVE_NO_NAME:
		return EAI_NONAME;
	case RESOLVE_NO_DATA:
		return EAI_NODATA;
	case RESOLVE_AGAIN:
	case RESOLVE_LATER:
		return EAI_AGAIN;
	case RESOLVE_FAIL:
		break;
	}
	return EAI_FAIL;
}

static int host_error(enum resolve_result r)
{
	switch (r) {
	case RESOLVE_OK:
		return 0;
	case RESOLVE_NO_NAME:
		return HOST_NOT_FOUND;
	case RESOLVE_NO_DATA:
		return NO_DATA;
	case RESOLVE_AGAIN:
	case RESOLVE_LATER:
		return TRY_AGAIN;
	case RESOLVE_FAIL:
		break;
	}
	return NO_RECOVERY;
}

/* Could it be a literal? inet_aton(3)'s begin with a digit. */
static bool may_be_literal(const char *node)
{
	return isdigit((unsigned char)node[0]) || strchr(node, ':') != NULL;
}

/* Append libc's nodes for one address to the list that ends at *@tail. */
static int add_address(const struct endpoint *ep, const char *service,
		       const struct addrinfo *hints, struct addrinfo ***tail)
{
	char literal[INET6_ADDRSTRLEN];
	int r;

	inet_ntop(ep->kind == ENDPOINT_IPV4 ? AF_INET : AF_INET6, ep->ipv6,
		  literal, sizeof(literal));
	r = libc(getaddrinfo)(literal, service, hints, *tail);
	if (r != 0) {
		**tail = NULL;
		return r;
	}
	while (**tail != NULL)
		*tail = &(**tail)->ai_next;
	return 0;
}

static int make_list(const struct resolved *found, const char *node,
		     const char *service, const struct addrinfo *asked,
		     struct addrinfo **result)
{
	struct addrinfo hints = *asked, *list = NULL, **tail = &list;
	int r = EAI_NONAME, last;

	hints.ai_flags = (asked->ai_flags &
			  ~(AI_ADDRCONFIG | AI_CANONNAME | AI_ALL)) |
			 AI_NUMERICHOST;
	for (unsigned i = 0; i < found->count; i++) {
		last = add_address(&found->addr[i], service, &hints, &tail);
		if (last != 0)
			r = last;
	}
	if (list == NULL)
		return r;
	if ((asked->ai_flags & AI_CANONNAME) != 0) {
		list->ai_canonname =
			strdup(found->canonical.kind == ENDPOINT_NAME
				       ? found->canonical.name
				       : node);
		if (list->ai_canonname == NULL) {
			freeaddrinfo(list);
			return EAI_MEMORY;
		}
	}
	*result = list;
	return 0;
}

EXPORT int getaddrinfo(const char *node, const char *service,
		       const struct addrinfo *hints, struct addrinfo **result)
{
	/* What libc assumes where there are no hints: the common case. */
	struct addrinfo asked = { .ai_flags = AI_V4MAPPED | AI_ADDRCONFIG };
	struct resolved found;
	enum resolve_result r;
	int error, saved = errno;

	if (hints != NULL)
		asked = *hints;
	if (node == NULL || (asked.ai_flags & AI_NUMERICHOST) != 0)
		return libc(getaddrinfo)(node, service, hints, result);
	if (may_be_literal(node)) {
		struct addrinfo literal = asked;

		literal.ai_flags = (asked.ai_flags & ~AI_ADDRCONFIG) |
				   AI_NUMERICHOST;
		error = libc(getaddrinfo)(node, service, &literal, result);
		if (error != EAI_NONAME || strchr(node, ':') != NULL)
			return error;
	}
	if (asked.ai_family != AF_UNSPEC && asked.ai_family != AF_INET &&
	    asked.ai_family != AF_INET6)
		return EAI_FAMILY;

	r = resolve_name(state_run(), node, asked.ai_family, &found);
	if (r == RESOLVE_NO_DATA && asked.ai_family == AF_INET6 &&
	    (asked.ai_flags & AI_V4MAPPED) != 0)
		r = resolve_name(state_run(), node, AF_INET, &found);
	error = r == RESOLVE_OK
			? make_list(&found, node, service, &asked, result)
			: eai_error(r);
	if (error != EAI_SYSTEM)
		errno = saved;
	return error;
}

EXPORT int getnameinfo(const struct sockaddr *sa, socklen_t salen, char *host,
		       socklen_t hostlen, char *serv, socklen_t servlen,
		       int flags)
{
	struct endpoint ep, name;

	if (sa == NULL || salen < sizeof(sa->sa_family) ||
	    (sa->sa_family != AF_INET && sa->sa_family != AF_INET6) ||
	    (flags & NI_NUMERICHOST) != 0 || host == NULL || hostlen == 0)
		return libc(getnameinfo)(sa, salen, host, hostlen, serv,
					 servlen, flags);
	if (!endpoint_from_sockaddr(&ep, sa, salen) ||
	    !resolve_address(state_run(), &ep, &name)) {
		if ((flags & NI_NAMEREQD) != 0)
			return EAI_NONAME;
		return libc(getnameinfo)(sa, salen, host, hostlen, serv,
					 servlen, flags | NI_NUMERICHOST);
	}
	if (name.name_len >= hostlen)
		return EAI_OVERFLOW;
	memcpy(host, name.name, name.name_len);
	host[name.name_len] = '\0';
	if (serv == NULL || servlen == 0)
		return 0;
	return libc(getnameinfo)(sa, salen, NULL, 0, serv, servlen,
				 (flags & ~NI_NAMEREQD) | NI_NUMERICHOST);
}

/* Cut @n octets, aligned for a pointer, from the caller's buffer. */
static void *cut(char **buf, size_t *left, size_t n)
{
	size_t pad = -(uintptr_t)*buf & (sizeof(void *) - 1);
	void *p = *buf + pad;

	if (*left < pad || *left - pad < n)
		return NULL;
	*buf += pad + n;
	*left -= pad + n;
	return p;
}

static bool make_hostent(struct hostent *h, char *buf, size_t left, int family,
			 const char *name, const struct endpoint *addr,
			 unsigned count)
{
	size_t size = family == AF_INET ? 4 : 16;
	char **aliases = cut(&buf, &left, sizeof(char *));
	char **list = cut(&buf, &left, (count + 1) * sizeof(char *));
	char *copy = cut(&buf, &left, strlen(name) + 1);

	if (aliases == NULL || list == NULL || copy == NULL)
		return false;
	aliases[0] = NULL;
	for (unsigned i = 0; i < count; i++) {
		list[i] = cut(&buf, &left, size);
		if (list[i] == NULL)
			return false;
		memcpy(list[i], addr[i].ipv6, size);
	}
	list[count] = NULL;
	*h = (struct hostent){
		.h_name = strcpy(copy, name),
		.h_aliases = aliases,
		.h_addrtype = family,
		.h_length = (int)size,
		.h_addr_list = list,
	};
	return true;
}

static bool literal_address(const char *name, int family, struct resolved *r)
{
	struct in_addr in;

	r->count = 1;
	r->canonical.kind = ENDPOINT_NONE;
	if (family == AF_INET6) {
		r->addr[0].kind = ENDPOINT_IPV6;
		return inet_pton(AF_INET6, name, r->addr[0].ipv6) == 1;
	}
	r->addr[0].kind = ENDPOINT_IPV4;
	if (!isdigit((unsigned char)name[0]) || !inet_aton(name, &in))
		return false;
	memcpy(r->addr[0].ipv4, &in, 4);
	return true;
}

/* Return: 0, ERANGE (@buf is too small), or another errno; *@herr is set */
static int host_by_name(const char *name, int family, struct hostent *h,
			char *buf, size_t len, int *herr)
{
	struct resolved found;
	enum resolve_result r = RESOLVE_OK;
	int saved = errno;

	if (family != AF_INET && family != AF_INET6) {
		*herr = NETDB_INTERNAL;
		return EAFNOSUPPORT;
	}
	if (!literal_address(name, family, &found))
		r = resolve_name(state_run(), name, family, &found);
	errno = saved;
	if (r != RESOLVE_OK) {
		*herr = host_error(r);
		return r == RESOLVE_AGAIN ? EAGAIN : ENOENT;
	}
	if (!make_hostent(h, buf, len, family,
			  found.canonical.kind == ENDPOINT_NAME
				  ? found.canonical.name
				  : name,
			  found.addr, found.count)) {
		*herr = NETDB_INTERNAL;
		return ERANGE;
	}
	*herr = NETDB_SUCCESS;
	return 0;
}

static int host_by_address(const void *addr, socklen_t addrlen, int family,
			   struct hostent *h, char *buf, size_t len, int *herr)
{
	struct endpoint ep = { .port = 0 }, plain, name;
	struct sockaddr_storage ss;
	int saved = errno;
	bool found;

	if ((family != AF_INET || addrlen != 4) &&
	    (family != AF_INET6 || addrlen != 16)) {
		*herr = NETDB_INTERNAL;
		return EINVAL;
	}
	ep.kind = family == AF_INET ? ENDPOINT_IPV4 : ENDPOINT_IPV6;
	memcpy(ep.ipv6, addr, addrlen);
	/* By way of sockaddr, so that v4-mapped addresses are unmapped. */
	found = endpoint_from_sockaddr(
			&plain, (struct sockaddr *)&ss,
			endpoint_to_sockaddr(&ep, family, &ss)) &&
		resolve_address(state_run(), &plain, &name);
	errno = saved;
	if (!found) {
		*herr = HOST_NOT_FOUND;
		return ENOENT;
	}
	name.name[name.name_len] = '\0';
	if (!make_hostent(h, buf, len, family, name.name, &ep, 1)) {
		*herr = NETDB_INTERNAL;
		return ERANGE;
	}
	*herr = NETDB_SUCCESS;
	return 0;
}

/* The h_errno of the thread, too: Python reads that after the _r functions. */
static int result_r(int r, struct hostent *h, struct hostent **result,
		    const int *herr)
{
	*result = r == 0 ? h : NULL;
	if (r != 0)
		h_errno = *herr;
	return r;
}

EXPORT int gethostbyname2_r(const char *name, int family, struct hostent *h,
			    char *buf, size_t len, struct hostent **result,
			    int *herr)
{
	int r = host_by_name(name, family, h, buf, len, herr);

	return result_r(r, h, result, herr);
}

EXPORT int gethostbyname_r(const char *name, struct hostent *h, char *buf,
			   size_t len, struct hostent **result, int *herr)
{
	int r = host_by_name(name, AF_INET, h, buf, len, herr);

	return result_r(r, h, result, herr);
}

EXPORT int gethostbyaddr_r(const void *addr, socklen_t addrlen, int family,
			   struct hostent *h, char *buf, size_t len,
			   struct hostent **result, int *herr)
{
	int r = host_by_address(addr, addrlen, family, h, buf, len, herr);

	return result_r(r, h, result, herr);
}

/* The functions that answer in static memory, as they are documented to. */
static struct hostent static_host;
static char static_buf[4096];

EXPORT struct hostent *gethostbyname2(const char *name, int family)
{
	int herr, r = host_by_name(name, family, &static_host, static_buf,
				   sizeof(static_buf), &herr);

	h_errno = herr;
	return r == 0 ? &static_host : NULL;
}

EXPORT struct hostent *gethostbyname(const char *name)
{
	int herr, r = host_by_name(name, AF_INET, &static_host, static_buf,
				   sizeof(static_buf), &herr);

	h_errno = herr;
	return r == 0 ? &static_host : NULL;
}

EXPORT struct hostent *gethostbyaddr(const void *addr, socklen_t len,
				     int family)
{
	int herr, r = host_by_address(addr, len, family, &static_host,
				      static_buf, sizeof(static_buf), &herr);

	h_errno = herr;
	return r == 0 ? &static_host : NULL;
}
