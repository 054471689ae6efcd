/* SPDX-License-Identifier: MIT */
/*
 * res_nsearch(3), __res_nsearch
 * options: --dns=fake
 * log-count: 0 request
 */
#include "resolver.h"

int main(void)
{
	static unsigned char answer[1024];
	struct __res_state state = { 0 };
	int n;

	CHECK(res_ninit(&state) == 0);
	n = res_nsearch(&state, "web.test", ns_c_in, ns_t_a, answer,
		sizeof(answer));
	check_fake_answer(answer, n);
	n = ALIAS_OF(res_nsearch)(&state, "web.test", ns_c_in, ns_t_a, answer,
		sizeof(answer));
	check_fake_answer(answer, n);
	CHECK_HERR(res_nsearch(&state, "web.test", ns_c_in, ns_t_txt, answer,
		sizeof(answer)), NO_DATA);
	CHECK_HERR(res_nsearch(&state, "x.invalid", ns_c_in, ns_t_a, answer,
		sizeof(answer)), HOST_NOT_FOUND);
	return 0;
}
