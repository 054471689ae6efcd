/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/text.h"

static const char digits[] = "0123456789abcdef";

void text_init(struct text *t, char *buf, size_t cap)
{
	*t = (struct text){.buf = buf, .cap = cap};
	buf[0] = '\0';
}

/*
 * Once something was cut nothing more is appended: a tail that happens to fit
 * would read as if it belonged to what stands before the gap.
 */
void text_mem(struct text *t, const void *p, size_t n)
{
	size_t room = t->cap - 1 - t->len;

	if (t->cut || !n)
		return;
	if (n > room) {
		n = room;
		t->cut = true;
	}
	memcpy(t->buf + t->len, p, n);
	t->len += n;
	t->buf[t->len] = '\0';
}

void text_char(struct text *t, char c)
{
	text_mem(t, &c, 1);
}

void text_str(struct text *t, const char *s)
{
	text_mem(t, s, strlen(s));
}

/* A number is never cut in the middle: what is left would be another one. */
static void text_whole(struct text *t, const char *s, size_t n)
{
	if (n > t->cap - 1 - t->len)
		t->cut = true;
	text_mem(t, s, n);
}

static void text_number(struct text *t, uint64_t v, unsigned base, bool minus)
{
	char buf[1 + 20]; /* sign, and 2^64 - 1 in decimal */
	char *end = buf + sizeof(buf), *p = end;

	do {
		*--p = digits[v % base];
		v /= base;
	} while (v);
	if (minus)
		*--p = '-';
	text_whole(t, p, (size_t)(end - p));
}

void text_uint(struct text *t, uint64_t v)
{
	text_number(t, v, 10, false);
}

void text_int(struct text *t, int64_t v)
{
	/* Unsigned negation: -INT64_MIN does not fit in an int64_t. */
	text_number(t, v < 0 ? -(uint64_t)v : (uint64_t)v, 10, v < 0);
}

void text_hex(struct text *t, uint64_t v)
{
	text_number(t, v, 16, false);
}

void text_quoted(struct text *t, const void *p, size_t n)
{
	const uint8_t *c = p, *end = c + n;

	for (; c < end && !t->cut; c++) {
		char hex[4] = {'\\', 'x', digits[*c >> 4], digits[*c & 15]};

		/* Not isprint(3): the locale is the program's own. */
		if (*c >= 0x20 && *c < 0x7f)
			text_mem(t, c, 1);
		else
			text_whole(t, hex, sizeof(hex));
	}
}
