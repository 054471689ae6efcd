/* SPDX-License-Identifier: MIT */
/*
 * The input is datagrams, one behind the other: FRAG; who sent it, and how
 * long after the one before; how long the payload is; the payload. What comes
 * together is compared with what a look back over all that came says, which
 * knows no queue. Then the input is cut into parts, which must come together
 * to the input.
 */
#include <string.h>

#include "fuzz.h"
#include "socks/fragments.h"

#define COUNT_MAX 300

struct piece {
	struct datagram_header h;
	const uint8_t *payload;
	size_t n;
	uint64_t when;
};

static bool same_source(const struct piece *a, const struct piece *b)
{
	return a->h.source.port == b->h.source.port;
}

static bool is_copy(const struct piece *a, const struct piece *b)
{
	return same_source(a, b) && a->h.position == b->h.position &&
	       a->h.last == b->h.last && a->n == b->n &&
	       !memcmp(a->payload, b->payload, a->n);
}

/* Did @p do no harm to a sequence that had come to the position @highest? */
static bool is_harmless(const struct piece *p, const struct piece *of,
			unsigned highest)
{
	return !same_source(p, of) && p->h.position > 1 &&
	       p->h.position >= highest;
}

/* The first of what may be several copies. */
static const struct piece *first_copy(const struct piece *piece,
				      const struct piece *at)
{
	const struct piece *first = at;

	for (const struct piece *p = at; p-- > piece;) {
		if (is_copy(p, at))
			first = p;
		else if (!is_harmless(p, at, at->h.position))
			break;
	}
	return first;
}

/* What @at goes on from: NULL if a sequence had to end between them. */
static const struct piece *before(const struct piece *piece,
				  const struct piece *at)
{
	for (const struct piece *p = at; p-- > piece;) {
		if (same_source(p, at) && !p->h.last && p->h.position &&
		    p->h.position + 1 == at->h.position)
			return p;
		if (!is_harmless(p, at, at->h.position - 1u))
			return NULL;
	}
	return NULL;
}

/*
 * What does the last of @piece complete?
 * Return: the number of octets, which end @whole; -1: nothing
 */
static int look_back(const struct piece *piece, size_t count, size_t room,
		     uint8_t *whole)
{
	const struct piece *last = &piece[count - 1], *at = last;
	size_t n = last->n;

	if (!last->h.position || !last->h.last || n > room)
		return -1;
	memcpy(whole + room - n, last->payload, n);
	while (at->h.position > 1) {
		at = before(piece, at);
		if (!at)
			return -1;
		n += at->n;
		if (n > room)
			return -1;
		memcpy(whole + room - n, at->payload, at->n);
		if (at->h.position > 1)
			at = first_copy(piece, at);
	}
	return last->when - at->when > 5000 ? -1 : (int)n;
}

static size_t next_piece(const uint8_t *data, size_t size, struct piece *p,
			 uint64_t *now)
{
	if (size < 3)
		return 0;
	p->h = (struct datagram_header){
		.position = data[0] & 0x7f,
		.last = data[0] & 0x80,
	};
	endpoint_set_ipv4(&p->h.source, (const uint8_t[]){192, 0, 2, 1});
	p->h.source.port = data[1] & 1;
	*now += (data[1] >> 1) * 100u;
	p->when = *now;
	p->payload = data + 3;
	p->n = data[2] < size - 3 ? data[2] : size - 3;
	return 3 + p->n;
}

static void put_together(const uint8_t *data, size_t size, size_t room)
{
	static struct piece piece[COUNT_MAX];
	uint8_t memory[256], whole[256];
	struct fragments f;
	uint64_t now = 0;
	size_t used;

	memset(memory, '#', sizeof(memory));
	fragments_init(&f, memory, room);
	for (size_t i = 0; i < COUNT_MAX; i++) {
		struct piece *p = &piece[i];
		enum fragments_result result;
		int n;

		used = next_piece(data, size, p, &now);
		if (!used)
			break;
		data += used;
		size -= used;
		result = fragments_take(&f, &p->h, p->payload, p->n, now);
		n = look_back(piece, i + 1, room, whole);
		CHECK((result == FRAGMENTS_ALONE) == !p->h.position);
		CHECK((result == FRAGMENTS_WHOLE) == (n >= 0));
		CHECK(f.length <= room);
		if (n < 0)
			continue;
		CHECK(f.length == (size_t)n);
		CHECK(!memcmp(memory, whole + room - n, f.length));
		CHECK(endpoint_equal(&f.source, &p->h.source));
	}
	for (size_t i = room; i < sizeof(memory); i++)
		CHECK(memory[i] == '#');
}

static void cut_up(const uint8_t *data, size_t size, size_t part_size)
{
	static uint8_t memory[FRAGMENTS_MAX];
	enum fragments_result result = FRAGMENTS_NONE;
	unsigned count = fragments_count(size, part_size);
	struct fragments f;

	CHECK((count == 1) == (size <= part_size));
	CHECK(count <= 127);
	fragments_init(&f, memory, sizeof(memory));
	for (unsigned i = 0; i < count; i++) {
		struct fragments_part part =
			fragments_part(size, part_size, i);
		struct datagram_header h = {
			.position = part.frag & 0x7f,
			.last = part.frag & 0x80,
		};

		CHECK(part.length <= part_size && part.frag != 0x80);
		CHECK(part.length || !size);
		CHECK(result == FRAGMENTS_NONE);
		result = fragments_take(&f, &h, data + part.offset,
					part.length, 0);
	}
	if (count > 1) {
		CHECK(result == FRAGMENTS_WHOLE);
		CHECK(f.length == size && !memcmp(memory, data, size));
	} else if (count == 0) {
		CHECK(size > 127 * part_size || size > FRAGMENTS_MAX);
	} else {
		CHECK(result == FRAGMENTS_ALONE);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	put_together(data + 1, size - 1, data[0]);
	cut_up(data + 1, size - 1, data[0]);
	return 0;
}
