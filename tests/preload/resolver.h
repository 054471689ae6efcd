/* SPDX-License-Identifier: MIT */
/* What the victims of the resolver(3) hooks share. */
#ifndef PRELOAD_RESOLVER_H
#define PRELOAD_RESOLVER_H

#include <arpa/nameser.h>
#include <dlfcn.h>
#include <netdb.h>
#include <resolv.h>

#include "victim.h"

/* The function under its other name, as older programs were linked to it. */
#define ALIAS_OF(name)                                                  \
	({                                                              \
		void *alias_found = dlsym(RTLD_DEFAULT, "__" #name);    \
		CHECK(alias_found != NULL);                             \
		(__typeof__(name) *)alias_found;                        \
	})

/* An answer with one record of this type; returns its data. */
static inline const unsigned char *check_answer(const unsigned char *answer,
						int len, int type)
{
	ns_msg msg;
	ns_rr rr;

	CHECK(len > NS_HFIXEDSZ && ns_initparse(answer, len, &msg) == 0);
	CHECK(ns_msg_getflag(msg, ns_f_qr) == 1);
	CHECK(ns_msg_getflag(msg, ns_f_rcode) == ns_r_noerror);
	CHECK(ns_msg_count(msg, ns_s_qd) == 1);
	CHECK(ns_msg_count(msg, ns_s_an) == 1);
	CHECK(ns_parserr(&msg, ns_s_an, 0, &rr) == 0);
	CHECK(ns_rr_type(rr) == (ns_type)type);
	return ns_rr_rdata(rr);
}

/* An address record with a fake address. */
static inline void check_fake_answer(const unsigned char *answer, int len)
{
	const unsigned char *a = check_answer(answer, len, ns_t_a);

	CHECK(a[0] == 198 && (a[1] & 0xfe) == 18);
}

/* The call fails so that h_errno tells why. */
#define CHECK_HERR(call, herr)                       \
	do {                                         \
		h_errno = 99;                        \
		CHECK((call) == -1);                 \
		CHECK(h_errno == (herr));            \
	} while (0)

#endif
