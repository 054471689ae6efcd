/* SPDX-License-Identifier: MIT */
/*
 * res_querydomain(3), __res_querydomain
 * options: --dns=fake
 * log-count: 0 request
 */
#include "resolver.h"

static void check_name(const unsigned char *answer, int len)
{
	char name[256];

	check_fake_answer(answer, len);
	CHECK(dn_expand(answer, answer + len, answer + NS_HFIXEDSZ, name,
			sizeof(name)) > 0);
	CHECK(strcmp(name, "web.test") == 0);
}

int main(void)
{
	static unsigned char answer[1024];
	int n;

	n = res_querydomain("web", "test", ns_c_in, ns_t_a, answer,
		sizeof(answer));
	check_name(answer, n);
	n = ALIAS_OF(res_querydomain)("web", "test", ns_c_in, ns_t_a,
		answer, sizeof(answer));
	check_name(answer, n);
	n = res_querydomain("web.test", NULL, ns_c_in, ns_t_a, answer,
		sizeof(answer));
	check_name(answer, n);
	CHECK_HERR(res_querydomain("x", "invalid", ns_c_in, ns_t_a, answer,
		sizeof(answer)), HOST_NOT_FOUND);
	return 0;
}
