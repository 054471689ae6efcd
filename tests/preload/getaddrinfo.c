/* SPDX-License-Identifier: MIT */
/*
 * getaddrinfo(3) of names that the proxy will resolve.
 * run:
 * run: under=valgrind
 * log: request cmd=1 atyp=3 host=web\.test port=80$
 * log: request cmd=1 atyp=3 host=six\.test port=443$
 * log: request cmd=1 atyp=3 host=Xn--Odd_Name\.test port=80$
 */
#include "victim.h"

#include <netdb.h>

static int is_fake(const struct addrinfo *ai)
{
	const struct sockaddr_in *sin = (void *)ai->ai_addr;

	return ai->ai_family == AF_INET &&
	       ai->ai_addrlen == sizeof(*sin) &&
	       sin->sin_family == AF_INET &&
	       (ntohl(sin->sin_addr.s_addr) & 0xfffe0000) == 0xc6120000;
}

static void no_hints(void)
{
	int types[3] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW }, n = 0, fd;
	struct addrinfo *list = NULL;

	errno = E2BIG;
	CHECK(getaddrinfo("web.test", "http", NULL, &list) == 0);
	CHECK(errno == E2BIG);
	/* One address, for the services of that name. */
	for (struct addrinfo *ai = list; ai != NULL; ai = ai->ai_next) {
		CHECK(is_fake(ai) && n < 3 && ai->ai_socktype == types[n++]);
		CHECK(((struct sockaddr_in *)ai->ai_addr)->sin_port ==
		      htons(80));
		CHECK(ai->ai_canonname == NULL);
	}
	CHECK(n >= 1);
	fd = tcp_socket();
	CHECK(connect(fd, list->ai_addr, list->ai_addrlen) == 0);
	talk(fd);
	close(fd);
	freeaddrinfo(list);

	CHECK(getaddrinfo("web.test", NULL, NULL, &list) == 0);
	CHECK(is_fake(list) && list->ai_next != NULL);
	freeaddrinfo(list);
}

static void hints(void)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *ai;
	struct sockaddr_in6 *sin6;
	int fd;

	/* Both families wanted: one address, that reaches the proxy. */
	CHECK(getaddrinfo("web.test", "80", &want, &ai) == 0);
	CHECK(is_fake(ai) && ai->ai_next == NULL);
	CHECK(ai->ai_socktype == SOCK_STREAM);
	CHECK(ai->ai_protocol == IPPROTO_TCP);
	freeaddrinfo(ai);

	want.ai_family = AF_INET6;
	want.ai_flags = AI_CANONNAME | AI_ADDRCONFIG;
	CHECK(getaddrinfo("six.test", "443", &want, &ai) == 0);
	CHECK(ai->ai_next == NULL && ai->ai_family == AF_INET6);
	sin6 = (void *)ai->ai_addr;
	CHECK(sin6->sin6_family == AF_INET6);
	CHECK((sin6->sin6_addr.s6_addr[0] & 0xfe) == 0xfc); /* a ULA */
	CHECK(sin6->sin6_port == htons(443));
	CHECK(strcmp(ai->ai_canonname, "six.test") == 0);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	CHECK(connect(fd, ai->ai_addr, ai->ai_addrlen) == 0);
	talk(fd);
	close(fd);
	freeaddrinfo(ai);

	want = (struct addrinfo){ .ai_family = AF_INET,
				  .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_CANONNAME };
	CHECK(getaddrinfo("Xn--Odd_Name.test", "80", &want, &ai) == 0);
	CHECK(is_fake(ai) && ai->ai_canonname != NULL);
	fd = tcp_socket();
	CHECK(connect(fd, ai->ai_addr, ai->ai_addrlen) == 0);
	close(fd);
	freeaddrinfo(ai);
}

/* The address of a name is always the same, and no other name's. */
static void same(void)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *a, *b, *c;

	CHECK(getaddrinfo("web.test", "80", &want, &a) == 0);
	CHECK(getaddrinfo("WEB.test", "80", &want, &b) == 0);
	CHECK(getaddrinfo("web2.test", "80", &want, &c) == 0);
	CHECK(memcmp(a->ai_addr, b->ai_addr, a->ai_addrlen) == 0);
	CHECK(memcmp(a->ai_addr, c->ai_addr, a->ai_addrlen) != 0);
	freeaddrinfo(a);
	freeaddrinfo(b);
	freeaddrinfo(c);
}

int main(void)
{
	no_hints();
	hints();
	same();
	return 0;
}
