/* SPDX-License-Identifier: MIT */
/*
 * getaddrinfo(3) with what cannot be: libc's errors, and nobody is asked.
 * log-count: 0 request
 */
#include "victim.h"

#include <netdb.h>

static int fails(const char *node, const char *service, int family, int type,
		 int flags)
{
	struct addrinfo want = { .ai_family = family, .ai_socktype = type,
				 .ai_flags = flags };
	struct addrinfo *ai = (void *)&want;
	int r = getaddrinfo(node, service, &want, &ai);

	CHECK(r != 0);
	return r;
}

int main(void)
{
	char label[80], name[300], *whole = name;

	CHECK(fails(NULL, NULL, 0, 0, 0) == EAI_NONAME);
	CHECK(fails("web.test", "no-such-service", 0, 0, 0) == EAI_SERVICE);
	CHECK(fails("web.test", "no-such-service", 0, SOCK_STREAM, 0) ==
	      EAI_SERVICE);
	CHECK(fails("web.test", "http", 0, 0, AI_NUMERICSERV) == EAI_NONAME);
	CHECK(fails("192.0.2.1", "no-such-service", 0, 0, 0) == EAI_SERVICE);
	CHECK(fails("web.test", "80", 99, SOCK_STREAM, 0) == EAI_FAMILY);
	CHECK(fails("web.test", "80", 0, 77, 0) == EAI_SOCKTYPE);
	CHECK(fails("web.test", "80", 0, 0, 0x40000000) == EAI_BADFLAGS);
	CHECK(fails(NULL, "80", 0, 0, AI_CANONNAME) == EAI_BADFLAGS);
	CHECK(fails("web.test", "80", 0, 0, AI_NUMERICHOST) == EAI_NONAME);
	CHECK(fails("2001:db8::1", "80", AF_INET, 0, 0) == EAI_ADDRFAMILY);

	CHECK(fails("x.invalid", "80", 0, 0, 0) == EAI_NONAME);
	CHECK(fails("invalid", "80", AF_INET, 0, 0) == EAI_NONAME);
	CHECK(fails("x.INVALID.", "80", AF_INET6, 0, 0) == EAI_NONAME);
	memset(label, 'a', 64);
	strcpy(label + 64, ".test");
	CHECK(fails(label, "80", 0, 0, 0) == EAI_NONAME);
	CHECK(fails("a..test", "80", 0, 0, 0) == EAI_NONAME);
	CHECK(fails("", "80", 0, 0, 0) == EAI_NONAME);
	CHECK(fails("1+.1.1.1", "80", 0, 0, 0) == EAI_NONAME);
	CHECK(fails("0.1.1.~1", "80", AF_INET, 0, 0) == EAI_NONAME);
	CHECK(gethostbyname("::1q") == NULL && h_errno == HOST_NOT_FOUND);
	for (int i = 0; i < 64; i++)
		whole += sprintf(whole, "abc.");
	CHECK(strlen(name) == 256);
	CHECK(fails(name, "80", 0, 0, 0) == EAI_NONAME);
	return 0;
}
