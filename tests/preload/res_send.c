/* SPDX-License-Identifier: MIT */
/*
 * res_send(3), __res_send: a message of the program's own
 * making is answered as one of libc's, or refused if it is none.
 * options: --dns=fake
 * log-count: 0 request
 */
#include "resolver.h"

/* One address, for the question that was asked. */
static int answers(int n, const unsigned char *query,
		   const unsigned char *answer)
{
	return n > HFIXEDSZ && memcmp(query, answer, 2) == 0 &&
	       (answer[2] & 0x80) != 0 && answer[7] == 1;
}

int main(void)
{
	static unsigned char query[512], answer[512];
	int n;

	CHECK(res_init() == 0);
	n = res_mkquery(ns_o_query, "web.test", ns_c_in, ns_t_a, NULL, 0, NULL,
			query, sizeof(query));
	CHECK(n > 0);
	CHECK(answers(res_send(query, n, answer, sizeof(answer)), query,
		      answer));
	CHECK(answers(ALIAS_OF(res_send)(query, n, answer, sizeof(answer)),
		      query, answer));
	query[2] |= 0x80; /* it is an answer */
	CHECK_FAILS(res_send(query, n, answer, sizeof(answer)), EINVAL);
	CHECK_FAILS(res_send(query, 3, answer, sizeof(answer)), EINVAL);
	return 0;
}
