/* SPDX-License-Identifier: MIT */
/*
 * A bounded text builder: what stands in for stdio where stdio is forbidden
 * (inside other people's processes). Pure: no I/O, no allocation, no errno.
 * Everything here is async-signal-safe and thread-safe (the caller owns the
 * struct). Text that does not fit is cut and @cut is set; the buffer always
 * ends in NUL.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *buf;   /* the caller's, of @cap octets */
	size_t cap;  /* octets, NUL included; at least 1 */
	size_t len;  /* octets written, NUL not included */
	bool cut;    /* something did not fit */
};

/** text_init() - start an empty text in @buf of @cap (>= 1) octets */
void text_init(struct text *t, char *buf, size_t cap);
/** text_char() - append one octet */
void text_char(struct text *t, char c);
/** text_str() - append a NUL-terminated string */
void text_str(struct text *t, const char *s);
/** text_mem() - append @n octets verbatim */
void text_mem(struct text *t, const void *p, size_t n);
/** text_uint() - append an unsigned number in decimal */
void text_uint(struct text *t, uint64_t v);
/** text_int() - append a signed number in decimal */
void text_int(struct text *t, int64_t v);
/** text_hex() - append @v in lower-case hexadecimal, without prefix */
void text_hex(struct text *t, uint64_t v);
/**
 * text_quoted() - append @n octets for a terminal: octets that are not
 * printable ASCII become \xNN, so that no name can move a cursor
 */
void text_quoted(struct text *t, const void *p, size_t n);

/**
 * text_lower() - an ASCII letter in lower case, any other octet as it is
 * Not tolower(3), whose locale is the program's own (Turkish has two i's).
 */
static inline char text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

#endif
