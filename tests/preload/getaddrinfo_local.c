/* SPDX-License-Identifier: MIT */
/*
 * getaddrinfo(3) of what needs nobody's help, as libc answers it.
 * native: yes
 * log-count: 0 request
 */
#include "victim.h"

#include <net/if.h>
#include <netdb.h>

static struct addrinfo *look(const char *node, const char *service, int family,
			     int flags)
{
	struct addrinfo want = { .ai_family = family,
				 .ai_socktype = SOCK_STREAM,
				 .ai_flags = flags };
	struct addrinfo *ai = NULL;

	CHECK(getaddrinfo(node, service, &want, &ai) == 0 && ai != NULL);
	return ai;
}

static void is4(struct addrinfo *ai, const char *address, uint16_t port)
{
	struct sockaddr_in want = ipv4(address, port);

	CHECK(ai->ai_family == AF_INET && ai->ai_addrlen == sizeof(want));
	CHECK(memcmp(ai->ai_addr, &want, sizeof(want)) == 0);
}

static void is6(struct addrinfo *ai, const char *address, uint16_t port,
		uint32_t scope)
{
	struct sockaddr_in6 want = ipv6(address, port);

	want.sin6_scope_id = scope;
	CHECK(ai->ai_family == AF_INET6 && ai->ai_addrlen == sizeof(want));
	CHECK(memcmp(ai->ai_addr, &want, sizeof(want)) == 0);
}

static void literals(void)
{
	struct addrinfo *ai = look("192.0.2.1", "80", AF_UNSPEC, 0);

	is4(ai, "192.0.2.1", 80);
	CHECK(ai->ai_next == NULL);
	freeaddrinfo(ai);
	is4(ai = look("192.0.2.1", "80", AF_UNSPEC, AI_NUMERICHOST),
	    "192.0.2.1", 80);
	freeaddrinfo(ai);
	/* inet_aton(3)'s forms */
	is4(ai = look("0x7f.1", "80", AF_INET, 0), "127.0.0.1", 80);
	freeaddrinfo(ai);
	is4(ai = look("3221225985", NULL, AF_UNSPEC, 0), "192.0.2.1", 0);
	freeaddrinfo(ai);
	is6(ai = look("2001:db8::1", "80", AF_UNSPEC, 0), "2001:db8::1", 80,
	    0);
	freeaddrinfo(ai);
	is6(ai = look("fe80::1%lo", "80", AF_UNSPEC, 0), "fe80::1", 80,
	    if_nametoindex("lo"));
	freeaddrinfo(ai);
	is6(ai = look("fe80::1%7", "80", AF_INET6, AI_NUMERICHOST), "fe80::1",
	    80, 7);
	freeaddrinfo(ai);
	is6(ai = look("192.0.2.1", "80", AF_INET6, AI_V4MAPPED),
	    "::ffff:192.0.2.1", 80, 0);
	freeaddrinfo(ai);
	ai = look("192.0.2.1", "80", AF_UNSPEC, AI_CANONNAME);
	CHECK(strcmp(ai->ai_canonname, "192.0.2.1") == 0);
	freeaddrinfo(ai);
}

static void no_node(void)
{
	struct addrinfo *ai = look(NULL, "80", AF_INET, AI_PASSIVE);

	is4(ai, "0.0.0.0", 80);
	freeaddrinfo(ai);
	is6(ai = look(NULL, "80", AF_INET6, AI_PASSIVE), "::", 80, 0);
	freeaddrinfo(ai);
	is4(ai = look(NULL, "http", AF_INET, 0), "127.0.0.1", 80);
	freeaddrinfo(ai);
	is6(ai = look(NULL, "80", AF_INET6, 0), "::1", 80, 0);
	freeaddrinfo(ai);
	ai = look(NULL, "80", AF_UNSPEC, AI_PASSIVE);
	CHECK(ai->ai_next != NULL && ai->ai_next->ai_next == NULL);
	freeaddrinfo(ai);
}

static void localhost(void)
{
	struct addrinfo *ai = look("localhost", "80", AF_INET, 0);

	is4(ai, "127.0.0.1", 80);
	freeaddrinfo(ai);
}

int main(void)
{
	literals();
	no_node();
	localhost();
	return 0;
}
