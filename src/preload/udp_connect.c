/* SPDX-License-Identifier: MIT */
/*
 * connect(2) of a UDP socket: the kernel connects it to the relay, and to the
 * proxy's own address while there is none.
 */
#include <errno.h>

#include "libc/net.h"
#include "preload/udp_internal.h"

int udp_connect(struct run *run, int fd, const struct destination *d,
		const struct sockaddr *addr, socklen_t len)
{
	uint8_t header[DATAGRAM_HEADER_MAX];
	union udp_address to, asked;
	struct conn_lock l;
	struct udp *u;
	int r;

	if (run->config.nvia > 0 || !conn_set_up() || !conn_lock(&l))
		return -ENETUNREACH;
	u = udp_attach(fd);
	if (u == NULL) {
		r = -ENOBUFS;
	} else if (u->family == AF_INET && addr->sa_family == AF_INET6) {
		r = net_connect(fd, addr, len); /* EAFNOSUPPORT */
	} else if (!udp_address_of(&asked, &d->asked, addr->sa_family) ||
		   !udp_associate_proxy(run, u->family, &to)) {
		r = -ENETUNREACH;
	} else {
		if (u->state == UDP_READY)
			to = u->relay;
		r = net_connect(fd, &to.sa, udp_address_len(&to));
		if (r == -EINVAL) /* bound to loopback, say */
			r = -ENETUNREACH;
		if (r == 0) {
			udp_remember(u, &asked,
				     d->target.kind == ENDPOINT_NAME, header,
				     datagram_put_header(header, 0,
							 &d->target));
			udp_change(u);
			u->connected = true;
			udp_changed(u);
		}
	}
	conn_unlock(&l);
	return r;
}

void udp_disconnect(int fd)
{
	struct conn_lock l;
	struct udp *u;

	if (likely(udp_of(fd) == NULL) || !conn_lock(&l))
		return;
	u = udp_of(fd);
	if (u != NULL && u->connected) {
		udp_change(u);
		u->connected = false;
		udp_changed(u);
	}
	conn_unlock(&l);
}

bool udp_has_peer(int fd)
{
	struct udp s;

	return udp_concerns(fd) && udp_snapshot(fd, &s) && s.connected;
}

bool udp_peer(int fd, union udp_address *peer)
{
	struct udp s;

	if (!udp_snapshot(fd, &s) || !s.connected)
		return false;
	*peer = s.last;
	return udp_address_len(peer) > 0;
}
