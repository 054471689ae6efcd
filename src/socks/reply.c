/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <errno.h>

#include "base/compiler.h"
#include "socks/reply.h"

/* The words follow the proxy's name: "proxy:1080 speaks HTTP, not SOCKS5". */
struct cause {
	int error;
	const char *text;
};

/* RFC 1928 section 6. What is not here is as unspecific as X'01'. */
static const struct cause reps[] = {
	[0] = {ECONNREFUSED, "refuses with code 0"},
	[1] = {ECONNREFUSED, "reports a general failure"},
	[2] = {EACCES, "does not allow this connection"},
	[3] = {ENETUNREACH, "cannot reach that network"},
	[4] = {EHOSTUNREACH, "cannot reach that host"},
	[5] = {ECONNREFUSED, "reports that the host refuses"},
	[6] = {ETIMEDOUT, "reports that the host does not answer"},
	[7] = {ECONNREFUSED, "does not support the command"},
	[8] = {EAFNOSUPPORT, "does not support this type of address"},
};

static const struct cause rep_unknown = {ECONNREFUSED,
					 "refuses with an unknown code"};

#define FAIL(name) [SOCKS_FAIL_##name]
static const struct cause failures[] = {
	FAIL(NONE) = {0, "has not failed"},
	FAIL(REP) = {0, NULL}, /* see reps */
	FAIL(UNREACHABLE) = {ENETUNREACH, "cannot be reached"},
	FAIL(NOT_SOCKS) = {ENETUNREACH, "does not speak SOCKS5"},
	FAIL(HTTP) = {ENETUNREACH, "speaks HTTP, not SOCKS5"},
	FAIL(VERSION4) = {ENETUNREACH, "speaks SOCKS4, not SOCKS5"},
	FAIL(METHOD) = {ENETUNREACH, "accepts no authentication offered"},
	FAIL(AUTH) = {ENETUNREACH, "refuses user name or password"},
	FAIL(MALFORMED) = {ENETUNREACH, "sends what is not SOCKS5"},
	FAIL(CLOSED_EARLY) = {ENETUNREACH, "closes the connection at once"},
	FAIL(CLOSED) = {ECONNRESET, "closed instead of answering"},
	FAIL(STALLED_EARLY) = {ENETUNREACH, "accepts, but does not answer"},
	FAIL(STALLED) = {ETIMEDOUT, "did not answer the request in time"},
};

static_assert(ARRAY_SIZE(failures) == SOCKS_FAIL_COUNT,
	      "every failure has an errno and words");

static const struct cause *cause_of(enum socks_failure failure, uint8_t rep)
{
	if (failure == SOCKS_FAIL_REP)
		return rep < ARRAY_SIZE(reps) ? &reps[rep] : &rep_unknown;
	/* Out of range, which only a bug makes: a fault, but never a crash. */
	if ((unsigned)failure >= SOCKS_FAIL_COUNT)
		failure = SOCKS_FAIL_MALFORMED;
	return &failures[failure];
}

int socks_errno(enum socks_failure failure, uint8_t rep)
{
	return cause_of(failure, rep)->error;
}

const char *socks_failure_text(enum socks_failure failure, uint8_t rep)
{
	return cause_of(failure, rep)->text;
}

/*
 * A REP is the proxy's answer about one target: the program is told by errno
 * and the next target may work. So may it after an end or silence that came
 * instead of the reply: many proxies answer in that way when the target does
 * not, and a line for each dead host would cry wolf.
 */
bool socks_failure_is_proxys(enum socks_failure failure)
{
	return failure != SOCKS_FAIL_NONE && failure != SOCKS_FAIL_REP &&
	       failure != SOCKS_FAIL_CLOSED && failure != SOCKS_FAIL_STALLED;
}
