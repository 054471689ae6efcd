/* SPDX-License-Identifier: MIT */
/* What the victims of the gethostby* family share. */
#ifndef PRELOAD_HOSTS_H
#define PRELOAD_HOSTS_H

#include <netdb.h>

#include "victim.h"

/* One address, and it is fake. */
static inline void check_fake(const struct hostent *h, const char *name,
			      int family)
{
	const unsigned char *a;

	CHECK(h != NULL && strcmp(h->h_name, name) == 0);
	CHECK(h->h_addrtype == family);
	CHECK(h->h_length == (family == AF_INET ? 4 : 16));
	CHECK(h->h_aliases != NULL && h->h_aliases[0] == NULL);
	CHECK(h->h_addr_list[0] != NULL && h->h_addr_list[1] == NULL);
	a = (void *)h->h_addr_list[0];
	if (family == AF_INET)
		CHECK(a[0] == 198 && (a[1] & 0xfe) == 18);
	else
		CHECK((a[0] & 0xfe) == 0xfc);
}

/* The proxy is asked for the name. */
static inline void visit(const struct hostent *h)
{
	char text[INET6_ADDRSTRLEN];
	int fd = socket(h->h_addrtype, SOCK_STREAM, 0);

	CHECK(inet_ntop(h->h_addrtype, h->h_addr_list[0], text,
			sizeof(text)) != NULL);
	CHECK((h->h_addrtype == AF_INET ? connect4(fd, text, 80)
					: connect6(fd, text, 80)) == 0);
	talk(fd);
	close(fd);
}

static inline int inside(const void *p, const char *buf, size_t len)
{
	return (const char *)p >= buf && (const char *)p < buf + len;
}

#endif
