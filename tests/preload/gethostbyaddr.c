/* SPDX-License-Identifier: MIT */
/*
 * gethostbyaddr(3): fake addresses have names; of others nobody is asked.
 * log-count: 0 request
 */
#include "hosts.h"

static void of_name(int family)
{
	struct hostent *h = gethostbyname2("web.test", family);
	char addr[16];

	CHECK(h != NULL);
	memcpy(addr, h->h_addr_list[0], (size_t)h->h_length);
	h = gethostbyaddr(addr, (socklen_t)h->h_length, family);
	check_fake(h, "web.test", family);
	CHECK(memcmp(h->h_addr_list[0], addr, (size_t)h->h_length) == 0);
}

int main(void)
{
	struct hostent *h;

	of_name(AF_INET);
	of_name(AF_INET6);
	h_errno = 0;
	CHECK(gethostbyaddr("\300\0\2\1", 4, AF_INET) == NULL);
	CHECK(h_errno == HOST_NOT_FOUND);
	/* In the range of the fakes, and nobody's. */
	CHECK(gethostbyaddr("\306\22\7\7", 4, AF_INET) == NULL);
	CHECK(h_errno == HOST_NOT_FOUND);
	CHECK(gethostbyaddr("\300\0\2\1", 3, AF_INET) == NULL);
	CHECK(gethostbyaddr("\300\0\2\1", 4, 99) == NULL);
	h = gethostbyaddr("\177\0\0\1", 4, AF_INET);
	CHECK(h != NULL && strcmp(h->h_name, "localhost") == 0);
	return 0;
}
