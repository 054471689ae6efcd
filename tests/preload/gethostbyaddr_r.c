/* SPDX-License-Identifier: MIT */
/*
 * gethostbyaddr_r(3): *result is set on failure too.
 * log-count: 0 request
 */
#include "hosts.h"

int main(void)
{
	char buf[256], addr[4];
	struct hostent h, *result = &h;
	int herr = 99;

	CHECK(gethostbyname("web.test") != NULL);
	memcpy(addr, gethostbyname("web.test")->h_addr_list[0], 4);
	CHECK(gethostbyaddr_r(addr, 4, AF_INET, &h, buf, sizeof(buf), &result,
			      &herr) == 0);
	CHECK(result == &h);
	check_fake(&h, "web.test", AF_INET);
	CHECK(inside(h.h_name, buf, sizeof(buf)));
	CHECK(gethostbyaddr_r(addr, 4, AF_INET, &h, buf, 12, &result,
			      &herr) == ERANGE);
	CHECK(result == NULL && herr == NETDB_INTERNAL);
	result = &h;
	gethostbyaddr_r("\300\0\2\1", 4, AF_INET, &h, buf, sizeof(buf),
			&result, &herr);
	CHECK(result == NULL && herr == HOST_NOT_FOUND);
	CHECK(h_errno == HOST_NOT_FOUND);
	result = &h;
	CHECK(gethostbyaddr_r(addr, 5, AF_INET, &h, buf, sizeof(buf), &result,
			      &herr) != 0);
	CHECK(result == NULL);
	return 0;
}
