/* SPDX-License-Identifier: MIT */
#include "socks/datagram.h"

#include "base/bytes.h"
#include "socks/message.h"

/* 65,535 octets less the headers of IPv4 (20) and UDP (8), or of UDP alone. */
#define CARRIED_IPV4 65507
#define CARRIED_IPV6 65527

/* What RFC 1928 section 7 takes away from the space that is reported. */
#define SPACE_IPV4 10
#define SPACE_IPV6 20
#define SPACE_NAME 262

size_t datagram_header_length(const struct endpoint *dst)
{
	switch ((enum endpoint_kind)dst->kind) {
	case ENDPOINT_IPV6:
		return DATAGRAM_HEADER_IPV6;
	case ENDPOINT_NAME:
		return DATAGRAM_HEADER_NAME + (size_t)dst->name_len;
	case ENDPOINT_IPV4:
	case ENDPOINT_NONE: /* is written as 0.0.0.0 */
		break;
	}
	return DATAGRAM_HEADER_IPV4;
}

size_t datagram_put_header(uint8_t buf[static DATAGRAM_HEADER_MAX],
			   uint8_t frag, const struct endpoint *dst)
{
	struct writer w = writer_of(buf, DATAGRAM_HEADER_MAX);

	write_u16(&w, 0); /* RSV */
	write_u8(&w, frag);
	socks_put_address(&w, dst);
	return (size_t)(w.p - buf);
}

bool datagram_get_header(const uint8_t *p, size_t n, struct datagram_header *h)
{
	struct reader r = reader_of(p, n);
	uint16_t rsv = read_u16(&r);
	uint8_t frag = read_u8(&r);
	struct datagram_header got;

	if (!socks_get_address(&r, &got.source) ||
	    got.source.kind == ENDPOINT_NONE || rsv || frag == DATAGRAM_LAST)
		return false;
	got.position = frag & (uint8_t)~DATAGRAM_LAST;
	got.last = frag & DATAGRAM_LAST;
	got.length = (uint16_t)(r.p - p);
	*h = got;
	return true;
}

size_t datagram_payload_max(const struct endpoint *relay, size_t header)
{
	size_t carried = relay->kind == ENDPOINT_IPV6 ? CARRIED_IPV6
						      : CARRIED_IPV4;

	return header < carried ? carried - header : 0;
}

size_t datagram_space(size_t space, const struct endpoint *dst, size_t method)
{
	size_t less = SPACE_IPV4;

	if (dst->kind == ENDPOINT_IPV6)
		less = SPACE_IPV6;
	else if (dst->kind == ENDPOINT_NAME)
		less = SPACE_NAME;
	if (space < less || space - less < method)
		return 0;
	return space - less - method;
}
