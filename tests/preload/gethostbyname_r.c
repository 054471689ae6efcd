/* SPDX-License-Identifier: MIT */
/*
 * gethostbyname_r(3): all in the caller's buffer; ERANGE if that is small.
 * log: request cmd=1 atyp=3 host=web\.test port=80$
 */
#include "hosts.h"

int main(void)
{
	char buf[256];
	struct hostent h, *result = NULL;
	int herr = 99;

	CHECK(gethostbyname_r("web.test", &h, buf, sizeof(buf), &result,
			      &herr) == 0);
	CHECK(result == &h);
	check_fake(&h, "web.test", AF_INET);
	CHECK(inside(h.h_name, buf, sizeof(buf)));
	CHECK(inside(h.h_aliases, buf, sizeof(buf)));
	CHECK(inside(h.h_addr_list, buf, sizeof(buf)));
	CHECK(inside(h.h_addr_list[0], buf, sizeof(buf)));
	visit(&h);

	/* Too small by any number of octets; then it is large enough. */
	for (size_t n = 0; n < sizeof(buf); n++) {
		int r;

		memset(buf, 0xee, sizeof(buf));
		result = &h;
		r = gethostbyname_r("web.test", &h, buf, n, &result, &herr);
		CHECK((unsigned char)buf[n] == 0xee);
		if (r == 0)
			break;
		CHECK(r == ERANGE && result == NULL);
		CHECK(herr == NETDB_INTERNAL);
		CHECK(n < 100);
	}
	CHECK(result == &h);

	/* At an odd address too. */
	CHECK(gethostbyname_r("web.test", &h, buf + 1, sizeof(buf) - 1,
			      &result, &herr) == 0);
	CHECK((uintptr_t)h.h_addr_list % sizeof(void *) == 0);

	result = &h;
	gethostbyname_r("x.invalid", &h, buf, sizeof(buf), &result, &herr);
	CHECK(result == NULL && herr == HOST_NOT_FOUND);
	CHECK(h_errno == HOST_NOT_FOUND);
	return 0;
}
