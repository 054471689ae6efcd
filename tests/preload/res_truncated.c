/* SPDX-License-Identifier: MIT */
/*
 * res_query(3) by way of the proxy: an answer that does not fit is cut, and
 * marked so.
 * options: --dns=9.9.9.9
 * script: read-greeting; send 0500; read-request; reply 0; read 39
 * script: send 002400008180000100010000000077777777777777777777777777777777
 * script: send 7777777777777777
 * script: stall
 * log-count: 2 request cmd=1 atyp=1 host=9\.9\.9\.9 port=53$
 */
#include "resolver.h"

int main(void)
{
	unsigned char answer[100];

	memset(answer, 0, sizeof(answer));
	CHECK(res_query("web.test", ns_c_in, ns_t_a, answer, 100) == 36);
	CHECK((answer[2] & 2) == 0 && answer[35] == 0x77);
	memset(answer, 0, sizeof(answer));
	CHECK(res_query("web.test", ns_c_in, ns_t_a, answer, 20) == 20);
	CHECK((answer[2] & 2) == 2);
	CHECK(answer[19] == 0x77 && answer[20] == 0);
	return 0;
}
