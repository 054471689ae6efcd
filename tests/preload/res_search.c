/* SPDX-License-Identifier: MIT */
/*
 * res_search(3), __res_search
 * options: --dns=fake
 * log-count: 0 request
 */
#include "resolver.h"

int main(void)
{
	static unsigned char answer[1024];
	int n;

	n = res_search("web.test", ns_c_in, ns_t_a, answer,
		sizeof(answer));
	check_fake_answer(answer, n);
	n = ALIAS_OF(res_search)("web.test", ns_c_in, ns_t_a, answer,
		sizeof(answer));
	check_fake_answer(answer, n);
	CHECK_HERR(res_search("web.test", ns_c_in, ns_t_txt, answer,
		sizeof(answer)), NO_DATA);
	CHECK_HERR(res_search("x.invalid", ns_c_in, ns_t_a, answer,
		sizeof(answer)), HOST_NOT_FOUND);
	return 0;
}
