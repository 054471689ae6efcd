/* SPDX-License-Identifier: MIT */
#include "socks/datagram.h"

#include "base/bytes.h"
#include "socks/message.h"

/* Where the fields stand that tell good from bad. */
#define AT_FRAG	    2
#define AT_ATYP	    3
#define AT_NAME_LEN 4
#define AT_NAME	    5

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

/*
 * The length of a header that begins with these octets, as far as they tell:
 * at least @n + 1 while they do not. 0 for a bad one.
 */
static size_t header_length(const uint8_t *p, size_t n)
{
	if ((n > 0 && p[0]) || (n > 1 && p[1]))
		return 0;
	if (n > AT_FRAG && p[AT_FRAG] == DATAGRAM_LAST)
		return 0;
	if (n <= AT_ATYP)
		return n + 1;
	switch (p[AT_ATYP]) {
	case SOCKS_ATYP_IPV4:
		return DATAGRAM_HEADER_IPV4;
	case SOCKS_ATYP_IPV6:
		return DATAGRAM_HEADER_IPV6;
	case SOCKS_ATYP_NAME:
		break;
	default:
		return 0;
	}
	if (n <= AT_NAME_LEN)
		return n + 1;
	if (!p[AT_NAME_LEN])
		return 0;
	for (size_t i = 0; i < p[AT_NAME_LEN] && AT_NAME + i < n; i++)
		if (!p[AT_NAME + i])
			return 0;
	return DATAGRAM_HEADER_NAME + (size_t)p[AT_NAME_LEN];
}

enum datagram_status datagram_get_header(const uint8_t *p, size_t n,
					 struct datagram_header *h)
{
	size_t len = header_length(p, n);
	struct reader r;

	if (!len)
		return DATAGRAM_BAD;
	if (n < len)
		return DATAGRAM_SHORT;
	h->position = p[AT_FRAG] & (uint8_t)~DATAGRAM_LAST;
	h->last = p[AT_FRAG] & DATAGRAM_LAST;
	h->length = (uint16_t)len;
	r = reader_of(p + AT_ATYP, len - AT_ATYP);
	socks_get_address(&r, &h->source);
	return DATAGRAM_GOOD;
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
