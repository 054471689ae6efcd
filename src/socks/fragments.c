/* SPDX-License-Identifier: MIT */
#include "socks/fragments.h"

#include <string.h>

void fragments_init(struct fragments *f, void *memory, size_t room)
{
	*f = (struct fragments){
		.memory = memory,
		.room = room < FRAGMENTS_MAX ? room : FRAGMENTS_MAX,
	};
}

/* More than, because @start may have been rounded down to its millisecond. */
static bool is_expired(const struct fragments *f, uint64_t now)
{
	return now > f->start + FRAGMENTS_TIMER;
}

static void abandon(struct fragments *f)
{
	f->length = 0;
	f->highest = 0;
}

static bool is_copy(const struct fragments *f, const struct datagram_header *h,
		    const uint8_t *payload, size_t n)
{
	return h->position == f->highest && !h->last &&
	       n == f->length - f->newest &&
	       !memcmp(f->memory + f->newest, payload, n);
}

static enum fragments_result append(struct fragments *f,
				    const struct datagram_header *h,
				    const uint8_t *payload, size_t n)
{
	memcpy(f->memory + f->length, payload, n);
	f->newest = f->length;
	f->length += n;
	f->highest = h->last ? 0 : h->position;
	return h->last ? FRAGMENTS_WHOLE : FRAGMENTS_NONE;
}

enum fragments_result fragments_take(struct fragments *f,
				     const struct datagram_header *h,
				     const uint8_t *payload, size_t n,
				     uint64_t now)
{
	if (h->position == 1 || h->position < f->highest || is_expired(f, now))
		abandon(f);
	if (h->position == DATAGRAM_STANDALONE)
		return FRAGMENTS_ALONE;
	if (h->position == 1) {
		f->start = now;
		f->source = h->source;
	}
	/* It may be the highest, but of a sequence that is not ours. */
	if (!endpoint_equal(&h->source, &f->source) || is_copy(f, h, payload, n))
		return FRAGMENTS_NONE;
	if (h->position != f->highest + 1 || n > f->room - f->length) {
		abandon(f);
		return FRAGMENTS_NONE;
	}
	return append(f, h, payload, n);
}

unsigned fragments_count(size_t n, size_t size)
{
	size_t count;

	if (n <= size)
		return 1;
	if (!size || n > FRAGMENTS_MAX)
		return 0;
	count = (n + size - 1) / size;
	return count <= DATAGRAM_POSITION_MAX ? (unsigned)count : 0;
}

struct fragments_part fragments_part(size_t n, size_t size, unsigned i)
{
	unsigned count = fragments_count(n, size);
	bool last = i + 1 == count;
	struct fragments_part part = {
		.offset = i * size,
		.length = last ? n - i * size : size,
		.frag = (uint8_t)(i + 1),
	};

	if (count == 1)
		part.frag = DATAGRAM_STANDALONE;
	else if (last)
		part.frag |= DATAGRAM_LAST;
	return part;
}
