/* SPDX-License-Identifier: MIT */
/*
 * gethostbyname2_r(3)
 * log: request cmd=1 atyp=3 host=web\.test port=80$
 */
#include "hosts.h"

int main(void)
{
	char buf[256];
	struct hostent h, *result = NULL;
	int herr = 99;

	CHECK(gethostbyname2_r("web.test", AF_INET6, &h, buf, sizeof(buf),
			       &result, &herr) == 0);
	CHECK(result == &h);
	check_fake(&h, "web.test", AF_INET6);
	CHECK(inside(h.h_addr_list[0], buf, sizeof(buf) - 15));
	visit(&h);
	result = &h;
	CHECK(gethostbyname2_r("web.test", AF_INET6, &h, buf, 24, &result,
			       &herr) == ERANGE);
	CHECK(result == NULL && herr == NETDB_INTERNAL);
	result = &h;
	gethostbyname2_r("x.invalid", AF_INET6, &h, buf, sizeof(buf), &result,
			 &herr);
	CHECK(result == NULL && herr == HOST_NOT_FOUND);
	CHECK(h_errno == HOST_NOT_FOUND);
	result = &h;
	CHECK(gethostbyname2_r("web.test", 99, &h, buf, sizeof(buf), &result,
			       &herr) != 0);
	CHECK(result == NULL);
	return 0;
}
