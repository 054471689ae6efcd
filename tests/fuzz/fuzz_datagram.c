/* SPDX-License-Identifier: MIT */
/*
 * The input is a datagram from a relay. A good header must be composed again
 * to the same octets (but for mapped addresses, which become IPv4), and be none
 * at each shorter length; a bad one is also bad there, and leaves no trace.
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
	struct datagram_header h, again, untouched;
	bool good = datagram_get_header(data, size, &h);
	size_t end = size < DATAGRAM_HEADER_MAX ? size : DATAGRAM_HEADER_MAX;

	if (good)
		check_good(data, &h);
	memset(&untouched, '#', sizeof(untouched));
	for (size_t i = 0; i <= end; i++) {
		again = untouched;
		CHECK(datagram_get_header(data, i, &again) ==
		      (good && i >= h.length));
		if (!good || i < h.length)
			CHECK(!memcmp(&again, &untouched, sizeof(again)));
	}
	return 0;
}
