/* SPDX-License-Identifier: MIT */
/*
 * gethostbyname2(3)
 * log: 1 request cmd=1 atyp=3 host=web\.test port=80$
 * log: 2 request cmd=1 atyp=3 host=web\.test port=80$
 */
#include "hosts.h"

int main(void)
{
	struct hostent *h = gethostbyname2("web.test", AF_INET);

	check_fake(h, "web.test", AF_INET);
	visit(h);
	h = gethostbyname2("web.test", AF_INET6);
	check_fake(h, "web.test", AF_INET6);
	visit(h);
	h = gethostbyname2("2001:db8::1", AF_INET6);
	CHECK(h != NULL && h->h_length == 16 &&
	      memcmp(h->h_addr_list[0], "\40\1\15\270", 4) == 0);
	CHECK(gethostbyname2("x.invalid", AF_INET6) == NULL);
	CHECK(h_errno == HOST_NOT_FOUND);
	CHECK(gethostbyname2("web.test", 99) == NULL);
	return 0;
}
