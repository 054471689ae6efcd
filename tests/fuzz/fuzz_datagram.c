/* SPDX-License-Identifier: MIT */
/*
 * The input is a datagram from a relay. A good header must be composed again
 * to the same octets (but for mapped addresses, which become IPv4), and its
 * status at each shorter length must be one that leads there.
 */
#include <string.h>

#include "fuzz.h"
#include "socks/datagram.h"

static void check_good(const uint8_t *data, const struct datagram_header *h)
{
	uint8_t buf[DATAGRAM_HEADER_MAX];
	uint8_t frag = (uint8_t)(h->position | (h->last ? DATAGRAM_LAST : 0));
	size_t n = datagram_put_header(buf, frag, &h->source);

	CHECK(h->source.kind != ENDPOINT_NONE);
	CHECK(h->length <= DATAGRAM_HEADER_MAX);
	CHECK(h->position || !h->last);
	CHECK(n == datagram_header_length(&h->source));
	if (data[3] == 4 && h->source.kind == ENDPOINT_IPV4) {
		CHECK(h->length == DATAGRAM_HEADER_IPV6);
		return;
	}
	CHECK(n == h->length);
	CHECK(!memcmp(buf, data, n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct datagram_header h, again;
	enum datagram_status status = datagram_get_header(data, size, &h);
	size_t end = size < DATAGRAM_HEADER_MAX ? size : DATAGRAM_HEADER_MAX;
	bool bad = false;

	if (status == DATAGRAM_GOOD)
		check_good(data, &h);
	else if (status == DATAGRAM_SHORT)
		CHECK(size < DATAGRAM_HEADER_MAX);

	for (size_t i = 0; i <= end; i++) {
		enum datagram_status at = datagram_get_header(data, i, &again);

		if (status == DATAGRAM_GOOD)
			CHECK(at == (i < h.length ? DATAGRAM_SHORT
						  : DATAGRAM_GOOD));
		else if (status == DATAGRAM_SHORT)
			CHECK(at == DATAGRAM_SHORT);
		else
			CHECK(at != DATAGRAM_GOOD);
		CHECK(!bad || at == DATAGRAM_BAD);
		bad = at == DATAGRAM_BAD;
	}
	CHECK(bad == (status == DATAGRAM_BAD));
	return 0;
}
