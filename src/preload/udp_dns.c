/* SPDX-License-Identifier: MIT */
#include "preload/udp_dns.h"

#include <errno.h>

#include "preload/udp_internal.h"
#include "preload/udp_stub.h"
#include "sock/dns_query.h"
#include "socks/dns_message.h"

enum {
	REFUSED_S = 60, /* how long no relay is asked for, for queries */
	QUERY_MAX = 4096,
	ANSWER_MAX = 4096, /* by UDP; what EDNS asks for beyond is cut */
};

static atomic_bool asked; /* whether there is a relay: once is enough */
static _Atomic uint32_t refused_until; /* udp_now(); 0: it was not refused */

bool udp_dns_waits(void)
{
	/* A proxy that does not answer must not make all of them wait. */
	return !atomic_exchange(&asked, true);
}

void udp_dns_relay(void)
{
	asked = true;
	refused_until = 0;
}

bool udp_dns_refused(void)
{
	return refused_until > udp_now();
}

static size_t room_of(const struct dns_question *q)
{
	size_t room = q->udp_size > DNS_UDP_MIN ? q->udp_size : DNS_UDP_MIN;

	return room < ANSWER_MAX ? room : ANSWER_MAX;
}

ssize_t udp_dns_send(struct run *run, int fd, const union udp_address *server,
		     const uint8_t *header, size_t header_len,
		     const struct msghdr *msg)
{
	uint8_t query[QUERY_MAX], answer[DATAGRAM_HEADER_MAX + ANSWER_MAX];
	size_t n = udp_stub_gather(query, sizeof(query), msg), room, skip;
	struct datagram_header target;
	struct dns_question q;
	struct endpoint ep;
	ssize_t len;

	if (n == 0 || dns_get_query(query, n, &q) != DNS_NOERROR ||
	    !datagram_get_header(header, header_len, &target) ||
	    !endpoint_from_sockaddr(&ep, &server->sa, udp_address_len(server)))
		return -EINVAL;
	skip = datagram_put_header(answer, DATAGRAM_STANDALONE, &ep);
	room = room_of(&q);
	len = dns_query(run, &target.source, ROUTE_PROXY, query, n,
			answer + skip, room);
	if (len < 0)
		return len;
	refused_until = udp_now() + REFUSED_S;
	if ((size_t)len > room)
		len = (ssize_t)dns_put_truncated(answer + skip, room, query,
						 &q);
	return udp_stub_deliver(fd, answer, skip + (size_t)len)
		       ? (ssize_t)n
		       : -ENETUNREACH;
}
