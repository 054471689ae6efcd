/* SPDX-License-Identifier: MIT */
/*
 * Hooks: resolver(3). libc holds a complete resolver behind these names, whose
 * packets no hook can see. Queries are answered here (sock/resolve), those of
 * the program's own making too.
 */
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/random.h>

#include "libc/libc.h"
#include "preload/state.h"
#include "sock/resolve.h"
#include "socks/dns_message.h"

static int fail(res_state state, int herr)
{
	if (state != NULL)
		state->res_h_errno = herr;
	h_errno = herr;
	return -1;
}

static int query(res_state state, const char *name, int class, int type,
		 unsigned char *answer, int cap)
{
	uint8_t message[DNS_QUERY_MAX];
	uint16_t id = 0;
	ssize_t len;
	size_t n;

	(void)!getrandom(&id, sizeof(id), GRND_NONBLOCK);
	n = dns_put_query(message, id, name, strlen(name), (uint16_t)type,
			  (uint16_t)class);
	if (n == 0 || cap < HFIXEDSZ)
		return fail(state, NO_RECOVERY);
	len = resolve_query(state_run(), message, n, answer, (size_t)cap);
	if (len < HFIXEDSZ)
		return fail(state, TRY_AGAIN);
	if (len > cap) {
		answer[2] |= 0x02; /* TC, RFC 1035 section 4.1.1 */
		len = cap;
	}
	switch (answer[3] & 0x0f) {
	case DNS_NOERROR:
		if (answer[6] == 0 && answer[7] == 0)
			return fail(state, NO_DATA);
		return (int)len;
	case DNS_NXDOMAIN:
		return fail(state, HOST_NOT_FOUND);
	case DNS_SERVFAIL:
		return fail(state, TRY_AGAIN);
	default:
		return fail(state, NO_RECOVERY);
	}
}

EXPORT int res_nquery(res_state state, const char *name, int class, int type,
		      unsigned char *answer, int cap)
{
	return query(state, name, class, type, answer, cap);
}

EXPORT int res_query(const char *name, int class, int type,
		     unsigned char *answer, int cap)
{
	return query(NULL, name, class, type, answer, cap);
}

/* The search list is not walked: each step would ask somebody. */
EXPORT int res_nsearch(res_state state, const char *name, int class, int type,
		       unsigned char *answer, int cap)
{
	return query(state, name, class, type, answer, cap);
}

EXPORT int res_search(const char *name, int class, int type,
		      unsigned char *answer, int cap)
{
	return query(NULL, name, class, type, answer, cap);
}

static int query_domain(res_state state, const char *name, const char *domain,
			int class, int type, unsigned char *answer, int cap)
{
	char whole[2 * MAXDNAME + 2];
	size_t n = strlen(name), d = domain != NULL ? strlen(domain) : 0;

	if (n > MAXDNAME || d > MAXDNAME)
		return fail(state, NO_RECOVERY);
	memcpy(whole, name, n);
	if (d > 0) {
		whole[n++] = '.';
		memcpy(whole + n, domain, d);
		n += d;
	}
	whole[n] = '\0';
	return query(state, whole, class, type, answer, cap);
}

EXPORT int res_nquerydomain(res_state state, const char *name,
			    const char *domain, int class, int type,
			    unsigned char *answer, int cap)
{
	return query_domain(state, name, domain, class, type, answer, cap);
}

EXPORT int res_querydomain(const char *name, const char *domain, int class,
			   int type, unsigned char *answer, int cap)
{
	return query_domain(NULL, name, domain, class, type, answer, cap);
}

EXPORT int res_nsend(res_state state, const unsigned char *message, int n,
		     unsigned char *answer, int cap)
{
	ssize_t r;

	(void)state;
	if (n < HFIXEDSZ || cap < HFIXEDSZ) {
		errno = EINVAL;
		return -1;
	}
	r = resolve_query(state_run(), message, (size_t)n, answer,
			  (size_t)cap);
	if (r > cap) {
		answer[2] |= 0x02; /* TC, RFC 1035 section 4.1.1 */
		r = cap;
	}
	return (int)hook_result(r);
}

EXPORT int res_send(const unsigned char *message, int n, unsigned char *answer,
		    int cap)
{
	return res_nsend(NULL, message, n, answer, cap);
}

#define ALIAS_OF(name) \
	EXPORT __typeof__(name) __##name __attribute__((alias(#name)))

ALIAS_OF(res_query);
ALIAS_OF(res_search);
ALIAS_OF(res_nquery);
ALIAS_OF(res_nsearch);
ALIAS_OF(res_querydomain);
ALIAS_OF(res_nquerydomain);
ALIAS_OF(res_send);
ALIAS_OF(res_nsend);
