/* SPDX-License-Identifier: MIT */
#include "preload/udp_option.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>

#include "libc/libc.h"
#include "libc/sys.h"
#include "preload/memory.h"
#include "preload/state.h"
#include "preload/udp_internal.h"

/* UDP_SEGMENT's own limit (udp(7)). */
#define SEGMENT_MAX 65535

static int set(int fd, int name, int value)
{
	struct conn_lock l;
	struct udp *u;
	int r = UDP_OPTION_PASS;

	if (!conn_lock(&l))
		return UDP_OPTION_PASS;
	u = udp_of(fd);
	if (u != NULL) {
		udp_change(u);
		switch (name) {
		case UDP_SEGMENT:
			r = value < 0 || value > SEGMENT_MAX ? -EINVAL : 0;
			if (r == 0)
				u->segment = (uint16_t)value;
			break;
		case UDP_GRO:
			u->gro = value != 0;
			r = 0;
			break;
		case UDP_CORK:
			u->cork = value != 0;
			if (value == 0)
				u->corked = 0; /* the kernel sends it now */
			break;
		}
		udp_changed(u);
	}
	conn_unlock(&l);
	return r;
}

int udp_set_option(int fd, int level, int name, const void *value,
		   socklen_t len)
{
	int v;

	if (level != SOL_UDP ||
	    (name != UDP_SEGMENT && name != UDP_GRO && name != UDP_CORK) ||
	    len < sizeof(v) || !memory_is_readable(value, sizeof(v)))
		return UDP_OPTION_PASS;
	memcpy(&v, value, sizeof(v));
	return set(fd, name, v);
}

static int give(void *value, socklen_t *len, int v)
{
	memcpy(value, &v, *len < sizeof(v) ? *len : sizeof(v));
	if (*len > sizeof(v))
		*len = sizeof(v);
	return 0;
}

/* The largest datagram that a way carries is smaller by the header. */
static int get_mtu(int fd, int level, int name, void *value, socklen_t *len,
		   const struct udp *s)
{
	int saved = errno, r = 0, mtu;

	if (libc(getsockopt)(fd, level, name, value, len) < 0) {
		r = -errno;
	} else if (*len == sizeof(mtu)) {
		memcpy(&mtu, value, sizeof(mtu));
		mtu -= s->header_len > 0 ? s->header_len
					 : DATAGRAM_HEADER_MAX;
		memcpy(value, &mtu, sizeof(mtu));
	}
	errno = saved;
	return r;
}

int udp_get_option(int fd, int level, int name, void *value, socklen_t *len)
{
	struct udp s;

	if (!udp_snapshot(fd, &s) || !memory_is_readable(len, sizeof(*len)) ||
	    !memory_is_readable(value, *len))
		return UDP_OPTION_PASS;
	if (level == SOL_UDP && name == UDP_SEGMENT)
		return give(value, len, s.segment);
	if (level == SOL_UDP && name == UDP_GRO)
		return give(value, len, s.gro);
	if (s.connected && ((level == IPPROTO_IP && name == IP_MTU) ||
			    (level == IPPROTO_IPV6 && name == IPV6_MTU)))
		return get_mtu(fd, level, name, value, len, &s);
	return UDP_OPTION_PASS;
}

static bool has_ipv6_proxy(const struct run *run)
{
	const struct endpoint *server;
	unsigned count;

	server = config_first_servers(&run->config, &count);
	for (unsigned i = 0; i < count; i++)
		if (server[i].kind == ENDPOINT_IPV6)
			return true;
	return false;
}

void udp_before_bind(int fd, const struct sockaddr_in6 *addr)
{
	struct run *run = state_run();
	int off = 0;

	if (run != NULL && addr->sin6_family == AF_INET6 &&
	    addr->sin6_port == 0 &&
	    IN6_IS_ADDR_UNSPECIFIED(&addr->sin6_addr) && !has_ipv6_proxy(run))
		sys(SYS_setsockopt, fd, IPPROTO_IPV6, IPV6_V6ONLY, &off,
		    sizeof(off));
}

int udp_input_size(int fd, int size)
{
	uint8_t front[DATAGRAM_HEADER_MAX];
	struct datagram_header h;
	struct udp s;
	int saved = errno;
	ssize_t n;

	if (!udp_snapshot(fd, &s) || udp_address_len(&s.relay) == 0 || size <= 0)
		return size;
	n = libc(recv)(fd, front, sizeof(front), MSG_PEEK | MSG_DONTWAIT);
	errno = saved;
	if (n > 0 && datagram_get_header(front, (size_t)n, &h))
		size -= h.length;
	return size;
}
