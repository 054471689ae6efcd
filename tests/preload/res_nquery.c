/* SPDX-License-Identifier: MIT */
/*
 * res_nquery(3), __res_nquery
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
	n = res_nquery(&state, "web.test", ns_c_in, ns_t_a, answer,
		sizeof(answer));
	check_fake_answer(answer, n);
	n = ALIAS_OF(res_nquery)(&state, "web.test", ns_c_in, ns_t_a, answer,
		sizeof(answer));
	check_fake_answer(answer, n);
	CHECK_HERR(res_nquery(&state, "web.test", ns_c_in, ns_t_txt, answer,
		sizeof(answer)), NO_DATA);
	CHECK_HERR(res_nquery(&state, "x.invalid", ns_c_in, ns_t_a, answer,
		sizeof(answer)), HOST_NOT_FOUND);
	CHECK(state.res_h_errno == HOST_NOT_FOUND);
	return 0;
}
