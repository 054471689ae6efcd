/* SPDX-License-Identifier: MIT */
/*
 * res_send(3), __res_send: a message of the program's own making is not sent.
 * log-count: 0 request
 */
#include "resolver.h"

int main(void)
{
	static unsigned char query[512], answer[512];
	int n;

	CHECK(res_init() == 0);
	n = res_mkquery(ns_o_query, "web.test", ns_c_in, ns_t_a, NULL, 0, NULL,
			query, sizeof(query));
	CHECK(n > 0);
	CHECK_FAILS(res_send(query, n, answer, sizeof(answer)),
		    ENETUNREACH);
	CHECK_FAILS(ALIAS_OF(res_send)(query, n, answer,
		sizeof(answer)), ENETUNREACH);
	return 0;
}
