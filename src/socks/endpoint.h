/* SPDX-License-Identifier: MIT */
/*
 * An endpoint: an address or a name, and a port. The one form in which a
 * destination travels through this tree; sockaddr, text and the wire are
 * converted at its edges. Pure: no I/O, no allocation, no errno;
 * async-signal-safe; may call base/ only.
 *
 * A v4-mapped IPv6 address (::ffff:a.b.c.d) is always held as IPv4, so that
 * rules and ATYP see one thing (RFC 4291 section 2.5.5.2).
 */
#ifndef SOCKS_ENDPOINT_H
#define SOCKS_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

enum endpoint_kind {
	ENDPOINT_NONE, /* unset */
	ENDPOINT_IPV4,
	ENDPOINT_IPV6,
	ENDPOINT_NAME, /* a host name, 1 to 255 octets of any value but NUL */
};

#define ENDPOINT_NAME_MAX 255
/* The longest text of endpoint_format(): name * 4 (\xNN) + :port + NUL. */
#define ENDPOINT_TEXT_MAX (ENDPOINT_NAME_MAX * 4 + 8)

struct endpoint {
	uint8_t kind;      /* enum endpoint_kind */
	uint8_t name_len;  /* octets, for ENDPOINT_NAME */
	uint16_t port;     /* host order */
	uint32_t scope_id; /* sin6_scope_id, for link-local IPv6, else 0 */
	union {
		uint8_t ipv4[4];  /* network order */
		uint8_t ipv6[16]; /* network order */
		char name[ENDPOINT_NAME_MAX + 1]; /* NUL-terminated */
	};
};

/**
 * endpoint_from_sockaddr() - read an AF_INET or AF_INET6 address
 * Return: false if @len is too short or the family is another
 */
bool endpoint_from_sockaddr(struct endpoint *ep, const struct sockaddr *sa,
			    socklen_t len);

/**
 * endpoint_to_sockaddr() - write an address for a socket of @family
 * IPv4 is written as ::ffff:a.b.c.d for AF_INET6.
 * Return: its length, or 0 if it has no form in @family (a name; IPv6 for
 * AF_INET)
 */
socklen_t endpoint_to_sockaddr(const struct endpoint *ep, int family,
			       struct sockaddr_storage *ss);

/**
 * endpoint_parse_host() - an IPv4 or IPv6 literal (without brackets, with an
 * optional %scope number), else a name; the port is left alone
 * IPv4 in dotted-quad form only: what inet_aton(3) also takes ("127.1") is a
 * matter for the caller.
 * Return: false if it is empty or longer than a name may be
 */
bool endpoint_parse_host(struct endpoint *ep, const char *host, size_t len);

/**
 * endpoint_parse() - host, host:port, [v6]:port, [v6] or a bare v6 literal
 * @default_port: used where the text names none
 * Return: false if the text has none of these forms or a port outside 1-65535
 */
bool endpoint_parse(struct endpoint *ep, const char *text,
		    uint16_t default_port);

/**
 * endpoint_format() - "a.b.c.d:port", "[v6]:port" or "name:port"
 * Octets of a name that are not printable ASCII are written \xNN.
 * Return: octets written, without the NUL
 */
size_t endpoint_format(const struct endpoint *ep,
		       char buf[static ENDPOINT_TEXT_MAX]);

/** endpoint_set_ipv4() - make it an IPv4 address; the port stays */
void endpoint_set_ipv4(struct endpoint *ep, const uint8_t addr[static 4]);

/**
 * endpoint_set_ipv6() - make it an IPv6 address, or the IPv4 address that it
 * maps; without scope; the port stays
 */
void endpoint_set_ipv6(struct endpoint *ep, const uint8_t addr[static 16]);

/** endpoint_set_name() - make it a name of @len octets; the port stays */
bool endpoint_set_name(struct endpoint *ep, const char *name, size_t len);

/** endpoint_same_host() - equal but for the port; names compare as DNS does */
bool endpoint_same_host(const struct endpoint *a, const struct endpoint *b);

/** endpoint_equal() - same host and same port */
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

/** endpoint_copy() - what counts of it: most are 16 octets, not 256 */
static inline void endpoint_copy(struct endpoint *to,
				 const struct endpoint *from)
{
	const size_t head = offsetof(struct endpoint, name);

	if (from->kind == ENDPOINT_NAME)
		memcpy(to, from, head + from->name_len + 1u);
	else
		memcpy(to, from, head + sizeof(from->ipv6));
}

#endif
