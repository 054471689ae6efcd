/* SPDX-License-Identifier: MIT */
#include "socks/message.h"

/* ADDR of each type, and what stands before it in a reply: VER, REP, RSV. */
#define IPV4_OCTETS  4
#define IPV6_OCTETS  16
#define REPLY_HEADER 3

void socks_put_greeting(struct writer *w, const uint8_t *methods, uint8_t n)
{
	write_u8(w, SOCKS_VERSION);
	write_u8(w, n);
	write_mem(w, methods, n);
}

int socks_get_method(const uint8_t *p, size_t n, uint8_t *method)
{
	if (n >= 1 && p[0] != SOCKS_VERSION)
		return SOCKS_BAD;
	if (n < 2)
		return SOCKS_MORE;
	*method = p[1];
	return 2;
}

void socks_put_auth(struct writer *w, const struct socks_credentials *c)
{
	write_u8(w, SOCKS_AUTH_VERSION);
	write_u8(w, c->username_len);
	write_mem(w, c->username, c->username_len);
	write_u8(w, c->password_len);
	write_mem(w, c->password, c->password_len);
}

int socks_get_auth_status(const uint8_t *p, size_t n, uint8_t *status)
{
	if (n >= 1 && p[0] != SOCKS_AUTH_VERSION && p[0] != SOCKS_VERSION)
		return SOCKS_BAD;
	if (n < 2)
		return SOCKS_MORE;
	*status = p[1];
	return 2;
}

void socks_put_request(struct writer *w, enum socks_command command,
		       const struct endpoint *dst)
{
	write_u8(w, SOCKS_VERSION);
	write_u8(w, (uint8_t)command);
	write_u8(w, 0); /* RSV */
	socks_put_address(w, dst);
}

size_t socks_reply_length(const uint8_t *p, size_t n)
{
	const size_t around = REPLY_HEADER + 1 + 2; /* ..., ATYP, PORT */

	if (n <= REPLY_HEADER)
		return SOCKS_REPLY_MIN;
	switch (p[REPLY_HEADER]) {
	case SOCKS_ATYP_IPV4:
		return around + IPV4_OCTETS;
	case SOCKS_ATYP_IPV6:
		return around + IPV6_OCTETS;
	case SOCKS_ATYP_NAME:
		return around + 1 +
		       (n > REPLY_HEADER + 1 ? p[REPLY_HEADER + 1] : 0);
	default:
		return 0;
	}
}

int socks_get_reply(const uint8_t *p, size_t n, uint8_t *rep,
		    struct endpoint *bound)
{
	size_t len = socks_reply_length(p, n);
	struct reader r;

	if ((n >= 1 && p[0] != SOCKS_VERSION) || !len)
		return SOCKS_BAD;
	if (n < len)
		return SOCKS_MORE;
	r = reader_of(p + REPLY_HEADER, len - REPLY_HEADER);
	if (!socks_get_address(&r, bound))
		return SOCKS_BAD;
	*rep = p[1];
	return (int)len;
}

void socks_put_address(struct writer *w, const struct endpoint *ep)
{
	switch ((enum endpoint_kind)ep->kind) {
	case ENDPOINT_IPV4:
		write_u8(w, SOCKS_ATYP_IPV4);
		write_mem(w, ep->ipv4, IPV4_OCTETS);
		break;
	case ENDPOINT_IPV6:
		write_u8(w, SOCKS_ATYP_IPV6);
		write_mem(w, ep->ipv6, IPV6_OCTETS);
		break;
	case ENDPOINT_NAME:
		write_u8(w, SOCKS_ATYP_NAME);
		write_u8(w, ep->name_len);
		write_mem(w, ep->name, ep->name_len);
		break;
	case ENDPOINT_NONE:
		write_u8(w, SOCKS_ATYP_IPV4);
		write_u32(w, 0);
		break;
	}
	write_u16(w, ep->port);
}

bool socks_get_address(struct reader *r, struct endpoint *ep)
{
	uint8_t atyp = read_u8(r);
	size_t len = 0;
	const uint8_t *addr;
	uint16_t port;

	if (atyp == SOCKS_ATYP_IPV4)
		len = IPV4_OCTETS;
	else if (atyp == SOCKS_ATYP_IPV6)
		len = IPV6_OCTETS;
	else if (atyp == SOCKS_ATYP_NAME)
		len = read_u8(r);
	else
		r->bad = true;
	addr = read_mem(r, len);
	port = read_u16(r);
	if (r->bad)
		return false;

	*ep = (struct endpoint){.port = port};
	if (atyp == SOCKS_ATYP_IPV4)
		endpoint_set_ipv4(ep, addr);
	else if (atyp == SOCKS_ATYP_IPV6)
		endpoint_set_ipv6(ep, addr);
	else
		endpoint_set_name(ep, (const char *)addr, len);
	return true;
}
