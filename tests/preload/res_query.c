/* SPDX-License-Identifier: MIT */
/*
 * res_query(3), __res_query: answered from the name table.
 * options: --dns=fake
 * log-count: 0 request
 */
#include "resolver.h"

static unsigned char answer[1024];

static void reverse(const unsigned char *a)
{
	char name[64], got[256];
	int n;

	snprintf(name, sizeof(name), "%d.%d.%d.%d.in-addr.arpa", a[3], a[2],
		 a[1], a[0]);
	n = res_query(name, ns_c_in, ns_t_ptr, answer, sizeof(answer));
	CHECK(dn_expand(answer, answer + n, check_answer(answer, n, ns_t_ptr),
			got, sizeof(got)) > 0);
	CHECK(strcmp(got, "web.test") == 0);
}

int main(void)
{
	struct sockaddr_in sin;
	struct addrinfo want = { .ai_family = AF_INET }, *ai;
	const unsigned char *a;
	int n;

	n = res_query("web.test", ns_c_in, ns_t_a, answer, sizeof(answer));
	check_fake_answer(answer, n);
	/* The same as getaddrinfo(3) gives. */
	a = check_answer(answer, n, ns_t_a);
	CHECK(getaddrinfo("web.test", NULL, &want, &ai) == 0);
	memcpy(&sin, ai->ai_addr, sizeof(sin));
	CHECK(memcmp(&sin.sin_addr, a, 4) == 0);
	reverse((unsigned char *)&sin.sin_addr);

	n = res_query("web.test", ns_c_in, ns_t_aaaa, answer, sizeof(answer));
	CHECK((check_answer(answer, n, ns_t_aaaa)[0] & 0xfe) == 0xfc);
	n = ALIAS_OF(res_query)("web.test", ns_c_in, ns_t_a, answer,
				sizeof(answer));
	check_fake_answer(answer, n);

	CHECK_HERR(res_query("web.test", ns_c_in, ns_t_txt, answer,
			     sizeof(answer)), NO_DATA);
	CHECK_HERR(res_query("web.test", ns_c_in, ns_t_mx, answer,
			     sizeof(answer)), NO_DATA);
	/* HTTPS: its hints would lead past the fake addresses. */
	CHECK_HERR(res_query("web.test", ns_c_in, 65, answer,
			     sizeof(answer)), NO_DATA);
	CHECK_HERR(res_query("x.invalid", ns_c_in, ns_t_a, answer,
			     sizeof(answer)), HOST_NOT_FOUND);
	CHECK_HERR(res_query("1.2.0.192.in-addr.arpa", ns_c_in, ns_t_ptr,
			     answer, sizeof(answer)), HOST_NOT_FOUND);
	return 0;
}
