/* SPDX-License-Identifier: MIT */
/*
 * Bounded cursors over octets, for codecs. Pure; async-signal-safe. A cursor
 * that has run out stays run out: @bad is sticky, so that a codec checks once
 * at its end. Numbers are in network order (big endian) on the wire.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct reader {
	const uint8_t *p;   /* next octet */
	const uint8_t *end; /* one past the last */
	bool bad;           /* more was asked for than there was */
};

struct writer {
	uint8_t *p;   /* next free octet */
	uint8_t *end; /* one past the last */
	bool bad;     /* it did not fit */
};

static inline struct reader reader_of(const void *p, size_t n)
{
	return (struct reader){ .p = p, .end = (const uint8_t *)p + n };
}

static inline size_t reader_left(const struct reader *r)
{
	return (size_t)(r->end - r->p);
}

/** read_mem() - the next @n octets, or NULL (and @bad) */
static inline const uint8_t *read_mem(struct reader *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->bad || reader_left(r) < n) {
		r->bad = true;
		return NULL;
	}
	r->p += n;
	return p;
}

static inline uint8_t read_u8(struct reader *r)
{
	const uint8_t *p = read_mem(r, 1);

	return p ? p[0] : 0;
}

static inline uint16_t read_u16(struct reader *r)
{
	const uint8_t *p = read_mem(r, 2);

	return p ? (uint16_t)((unsigned)p[0] << 8 | p[1]) : 0;
}

static inline uint32_t read_u32(struct reader *r)
{
	const uint8_t *p = read_mem(r, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
			    (uint32_t)p[2] << 8 | p[3]
		 : 0;
}

static inline struct writer writer_of(void *p, size_t n)
{
	return (struct writer){ .p = p, .end = (uint8_t *)p + n };
}

static inline void write_mem(struct writer *w, const void *p, size_t n)
{
	if (w->bad || (size_t)(w->end - w->p) < n) {
		w->bad = true;
		return;
	}
	memcpy(w->p, p, n);
	w->p += n;
}

static inline void write_u8(struct writer *w, uint8_t v)
{
	write_mem(w, &v, 1);
}

static inline void write_u16(struct writer *w, uint16_t v)
{
	write_mem(w, (uint8_t[]){ (uint8_t)(v >> 8), (uint8_t)v }, 2);
}

static inline void write_u32(struct writer *w, uint32_t v)
{
	write_u16(w, (uint16_t)(v >> 16));
	write_u16(w, (uint16_t)v);
}

#endif
