/* SPDX-License-Identifier: MIT */
/*
 * res_nsend(3), __res_nsend: a message of the program's own making is not sent.
 * log-count: 0 request
 */
#include "resolver.h"

int main(void)
{
	static unsigned char query[512], answer[512];
	struct __res_state state = { 0 };
	int n;

	CHECK(res_ninit(&state) == 0);
	n = res_mkquery(ns_o_query, "web.test", ns_c_in, ns_t_a, NULL, 0, NULL,
			query, sizeof(query));
	CHECK(n > 0);
	CHECK_FAILS(res_nsend(&state, query, n, answer, sizeof(answer)),
		    ENETUNREACH);
	CHECK_FAILS(ALIAS_OF(res_nsend)(&state, query, n, answer,
		sizeof(answer)), ENETUNREACH);
	return 0;
}
