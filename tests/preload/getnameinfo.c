/* SPDX-License-Identifier: MIT */
/*
 * getnameinfo(3): names of fake addresses, numbers of all others; no address
 * is asked of anybody.
 * log-count: 0 request
 */
#include "victim.h"

#include <netdb.h>

static char host[256], serv[32];

static int look(const void *sa, socklen_t len, int flags)
{
	memset(host, 0xee, sizeof(host));
	memset(serv, 0xee, sizeof(serv));
	return getnameinfo(sa, len, host, sizeof(host), serv, sizeof(serv),
			   flags);
}

static void fake(int family)
{
	struct addrinfo want = { .ai_family = family,
				 .ai_socktype = SOCK_STREAM }, *ai;

	CHECK(getaddrinfo("web.test", "80", &want, &ai) == 0);
	CHECK(look(ai->ai_addr, ai->ai_addrlen, 0) == 0);
	CHECK(strcmp(host, "web.test") == 0 && strcmp(serv, "http") == 0);
	CHECK(look(ai->ai_addr, ai->ai_addrlen, NI_NAMEREQD) == 0);
	CHECK(strcmp(host, "web.test") == 0 && strcmp(serv, "http") == 0);
	CHECK(look(ai->ai_addr, ai->ai_addrlen, NI_NUMERICSERV) == 0);
	CHECK(strcmp(host, "web.test") == 0 && strcmp(serv, "80") == 0);
	CHECK(look(ai->ai_addr, ai->ai_addrlen, NI_NUMERICHOST) == 0);
	CHECK(strncmp(host, family == AF_INET ? "198.1" : "fd", 2) == 0);

	CHECK(getnameinfo(ai->ai_addr, ai->ai_addrlen, host, 9, NULL, 0,
			  0) == 0);
	CHECK(getnameinfo(ai->ai_addr, ai->ai_addrlen, host, 8, NULL, 0,
			  0) == EAI_OVERFLOW);
	CHECK(getnameinfo(ai->ai_addr, ai->ai_addrlen, host, 9, serv, 3,
			  NI_NUMERICSERV) == 0);
	CHECK(getnameinfo(ai->ai_addr, ai->ai_addrlen, host, 9, serv, 2,
			  NI_NUMERICSERV) == EAI_OVERFLOW);
	CHECK(getnameinfo(ai->ai_addr, ai->ai_addrlen, NULL, 0, serv, 9,
			  0) == 0);
	CHECK(strcmp(serv, "http") == 0);
	freeaddrinfo(ai);
}

static void others(void)
{
	struct sockaddr_in sin = ipv4("192.0.2.1", 80);
	struct sockaddr_in6 sin6 = ipv6("2001:db8::1", 80);
	struct sockaddr_in local = ipv4("127.0.0.1", 80);

	CHECK(look(&sin, sizeof(sin), 0) == 0);
	CHECK(strcmp(host, "192.0.2.1") == 0 && strcmp(serv, "http") == 0);
	CHECK(look(&sin, sizeof(sin), NI_NAMEREQD) == EAI_NONAME);
	CHECK(look(&sin6, sizeof(sin6), 0) == 0);
	CHECK(strcmp(host, "2001:db8::1") == 0);
	CHECK(look(&local, sizeof(local), NI_NAMEREQD) == 0);
	CHECK(look(&sin, sizeof(sin) - 1, 0) == EAI_FAMILY);
	CHECK(look(&sin, 1, 0) == EAI_FAMILY);
	CHECK(getnameinfo((void *)&sin, sizeof(sin), NULL, 0, NULL, 0,
			  NI_NAMEREQD) == EAI_NONAME);
	sin.sin_family = 99;
	CHECK(look(&sin, sizeof(sin), 0) == EAI_FAMILY);
	CHECK(look(&sin, sizeof(sin), 0x10000) == EAI_BADFLAGS);
}

int main(void)
{
	fake(AF_INET);
	fake(AF_INET6);
	others();
	return 0;
}
