/* SPDX-License-Identifier: MIT */
/*
 * gethostbyname(3)
 * log: request cmd=1 atyp=3 host=web\.test port=80$
 */
#include "hosts.h"

int main(void)
{
	struct hostent *h;

	errno = E2BIG;
	h = gethostbyname("web.test");
	CHECK(errno == E2BIG);
	check_fake(h, "web.test", AF_INET);
	visit(h);
	h = gethostbyname("192.0.2.1");
	CHECK(h != NULL && memcmp(h->h_addr_list[0], "\300\0\2\1", 4) == 0);
	CHECK(strcmp(h->h_name, "192.0.2.1") == 0);
	h = gethostbyname("localhost");
	CHECK(h != NULL && memcmp(h->h_addr_list[0], "\177\0\0\1", 4) == 0);
	h_errno = 0;
	CHECK(gethostbyname("x.invalid") == NULL);
	CHECK(h_errno == HOST_NOT_FOUND);
	return 0;
}
