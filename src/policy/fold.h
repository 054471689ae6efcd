/* SPDX-License-Identifier: MIT */
/*
 * Host names as the DNS compares them: ASCII case does not count (RFC 4343),
 * nor does one trailing dot. Pure; async-signal-safe.
 */
#ifndef POLICY_FOLD_H
#define POLICY_FOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/** fold_len() - the length of a name without its trailing dot */
static inline size_t fold_len(const char *name, size_t len)
{
	return len && name[len - 1] == '.' ? len - 1 : len;
}

/** fold_same() - are these @len octets the same but for case? */
static inline bool fold_same(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text_lower(a[i]) != text_lower(b[i]))
			return false;
	return true;
}

/** fold_equal() - do two names compare equal? */
static inline bool fold_equal(const char *a, size_t alen, const char *b,
			      size_t blen)
{
	alen = fold_len(a, alen);
	return alen == fold_len(b, blen) && fold_same(a, b, alen);
}

/**
 * fold_under() - is a name strictly under @domain?
 * @domain: without leading and trailing dot, not empty
 */
static inline bool fold_under(const char *name, size_t len, const char *domain,
			      size_t domain_len)
{
	len = fold_len(name, len);
	return len > domain_len + 1 && name[len - domain_len - 1] == '.' &&
	       fold_same(name + len - domain_len, domain, domain_len);
}

#endif
