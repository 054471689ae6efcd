/* SPDX-License-Identifier: MIT */
#include "preload/udp_stub.h"

#include <errno.h>

#include "libc/net.h"
#include "libc/sys.h"
#include "policy/dns_stub.h"
#include "preload/memory.h"
#include "preload/udp_internal.h"
#include "sock/resolve.h"

#define QUERY_MAX 4096

/* One socket for each family, made when it is needed; under the lock. */
struct stub {
	int fd; /* hidden */
	union udp_address at;
};

static struct stub stub4 = { .fd = -1 }, stub6 = { .fd = -1 };
static bool any; /* has one been made? */

bool udp_stub_judged(const struct run *run, const struct destination *d)
{
	return dns_stub_place(&run->config, d) == DNS_STUB_HERE;
}

static bool make(struct stub *s, const char *loopback)
{
	struct endpoint ep = { .port = 0 };
	socklen_t len = sizeof(s->at);
	int fd;

	if (s->fd >= 0)
		return true;
	endpoint_parse_host(&ep, loopback, strlen(loopback));
	if (!udp_address_of(&s->at, &ep,
			    ep.kind == ENDPOINT_IPV4 ? AF_INET : AF_INET6))
		return false;
	fd = net_socket(s->at.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	if (sys(SYS_bind, fd, &s->at, udp_address_len(&s->at)) < 0 ||
	    sys(SYS_getsockname, fd, &s->at, &len) < 0) {
		sys_close(fd);
		return false;
	}
	s->fd = conn_hide(fd);
	__atomic_store_n(&any, s->fd >= 0, __ATOMIC_RELEASE);
	return s->fd >= 0;
}

static bool make4(void)
{
	return make(&stub4, "127.0.0.1");
}

static bool make6(void)
{
	return make(&stub6, "::1");
}

bool udp_stub_address(int family, union udp_address *stub)
{
	struct endpoint ep;

	if (!make4() ||
	    !endpoint_from_sockaddr(&ep, &stub4.at.sa, sizeof(stub4.at.in)))
		return false;
	return udp_address_of(stub, &ep, family);
}

bool udp_stub_is(const union udp_address *source)
{
	union udp_address mapped;
	struct endpoint ep;

	if (likely(!__atomic_load_n(&any, __ATOMIC_ACQUIRE)))
		return false;
	if (udp_address_same(source, &stub4.at) ||
	    udp_address_same(source, &stub6.at))
		return true;
	return source->sa.sa_family == AF_INET6 &&
	       endpoint_from_sockaddr(&ep, &source->sa, sizeof(source->in6)) &&
	       udp_address_of(&mapped, &ep, AF_INET) &&
	       udp_address_same(&mapped, &stub4.at);
}

bool udp_stub_give_way(int fd)
{
	struct stub *s = fd == stub4.fd ? &stub4 : fd == stub6.fd ? &stub6
								  : NULL;

	if (s == NULL || fd < 0)
		return false;
	s->fd = conn_hide_copy(fd);
	return true;
}

/*
 * Where the answer has to go to reach @fd, which is bound if it was not.
 * Return: the stub's socket that can send there; NULL: none
 */
static const struct stub *way_back(int fd, int family, union udp_address *to)
{
	union udp_address any_port = { .sa.sa_family = (sa_family_t)family };
	socklen_t len = sizeof(*to);
	struct endpoint ep;

	if (sys(SYS_getsockname, fd, to, &len) < 0)
		return NULL;
	if (to->in.sin_port == 0) {
		len = sizeof(*to);
		if (sys(SYS_bind, fd, &any_port, udp_address_len(&any_port)) <
			    0 ||
		    sys(SYS_getsockname, fd, to, &len) < 0)
			return NULL;
	}
	if (!endpoint_from_sockaddr(&ep, &to->sa, udp_address_len(to)))
		return NULL;
	if (ep.kind == ENDPOINT_IPV4) { /* mapped, or not */
		if (!make4() || !udp_address_of(to, &ep, AF_INET))
			return NULL;
		if (to->in.sin_addr.s_addr == INADDR_ANY)
			to->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return &stub4;
	}
	if (IN6_IS_ADDR_UNSPECIFIED(&to->in6.sin6_addr)) {
		int only = 0;

		tcp_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
		if (only == 0 && make4()) {
			endpoint_set_ipv4(&ep, (const uint8_t[]){ 127, 0, 0,
								  1 });
			return udp_address_of(to, &ep, AF_INET) ? &stub4 : NULL;
		}
		to->in6.sin6_addr = in6addr_loopback;
	}
	return make6() ? &stub6 : NULL;
}

size_t udp_stub_gather(uint8_t *to, size_t room, const struct msghdr *msg)
{
	size_t n = 0;

	for (size_t i = 0; i < msg->msg_iovlen; i++) {
		const struct iovec *v = &msg->msg_iov[i];

		if (v->iov_len > room - n ||
		    !memory_is_readable(v->iov_base, v->iov_len))
			return 0;
		memcpy(to + n, v->iov_base, v->iov_len);
		n += v->iov_len;
	}
	return n;
}

/* Connected to where nothing comes from: to @stub instead. */
static bool hear(const struct udp *u, int fd, const struct stub *stub)
{
	union udp_address at;
	struct endpoint ep;

	return !u->connected || u->stub || u->loose ||
	       (endpoint_from_sockaddr(&ep, &stub->at.sa,
				       udp_address_len(&stub->at)) &&
		udp_address_of(&at, &ep, u->family) &&
		net_connect(fd, &at.sa, udp_address_len(&at)) == 0);
}

bool udp_stub_deliver(int fd, const uint8_t *datagram, size_t n)
{
	const struct stub *stub = NULL;
	union udp_address to;
	struct conn_lock l;
	struct udp *u;

	if (!conn_set_up() || !conn_lock(&l))
		return false;
	u = udp_attach(fd); /* from now on who reads is told of headers */
	if (u != NULL)
		stub = way_back(fd, u->family, &to);
	if (stub != NULL && !hear(u, fd, stub))
		stub = NULL;
	if (stub != NULL && n > 0)
		net_sendto(stub->fd, datagram, n, MSG_DONTWAIT | MSG_NOSIGNAL,
			   &to.sa, udp_address_len(&to));
	conn_unlock(&l);
	return stub != NULL;
}

ssize_t udp_stub_send(struct run *run, int fd,
		      const union udp_address *server,
		      const struct msghdr *msg)
{
	uint8_t query[QUERY_MAX], answer[DATAGRAM_HEADER_MAX + DNS_STUB_ANSWER_MAX];
	size_t n = udp_stub_gather(query, sizeof(query), msg), header_len;
	struct endpoint ep;
	ssize_t len;

	if (n == 0 ||
	    !endpoint_from_sockaddr(&ep, &server->sa, udp_address_len(server)))
		return -ENETUNREACH;
	header_len = datagram_put_header(answer, DATAGRAM_STANDALONE, &ep);
	len = resolve_stub(run, query, n, answer + header_len,
			   DNS_STUB_ANSWER_MAX, false);
	return udp_stub_deliver(fd, answer,
				len > 0 ? header_len + (size_t)len : 0)
		       ? (ssize_t)n
		       : -ENETUNREACH;
}
