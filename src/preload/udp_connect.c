/* SPDX-License-Identifier: MIT */
/*
 * connect(2) of a UDP socket: the kernel connects it to the relay, and to the
 * proxy's own address while there is none.
 */
#include <errno.h>

#include "libc/net.h"
#include "libc/sys.h"
#include "preload/state.h"
#include "preload/udp_exec.h"
#include "preload/udp_internal.h"
#include "preload/udp_stub.h"
#include "sock/report.h"

static void connected(struct udp *u, const union udp_address *asked,
		      const struct endpoint *target, bool stub)
{
	uint8_t header[DATAGRAM_HEADER_MAX];
	size_t n = datagram_put_header(header, DATAGRAM_STANDALONE, target);

	udp_remember(u, asked, target->kind == ENDPOINT_NAME, header, n);
	udp_change(u);
	u->connected = true;
	u->loose = false;
	u->stub = stub;
	udp_changed(u);
	state_mark_datagrams();
}

/* --dns may name another name server, which is asked in its place. */
static const struct endpoint *target_of(const struct run *run,
					const struct destination *d)
{
	return d->verdict.judge == JUDGED_NAME_SERVER &&
			       run->config.dns == CONFIG_DNS_ADDR
		       ? &run->config.dns_server
		       : &d->target;
}

/* For programs that come by the socket otherwise (udp_exec.h). */
static void note_peer(struct run *run, int fd, const struct endpoint *asked)
{
	uint64_t cookie;

	if (tcp_option(fd, SOL_SOCKET, SO_COOKIE, &cookie, sizeof(cookie)) ==
	    0) {
		peers_put(&run->peers, cookie, asked);
		udp_note(run, fd);
	}
}

void udp_set_peer(struct run *run, struct udp *u, const struct endpoint *asked)
{
	union udp_address peer, there;
	struct destination d;
	socklen_t len;

	if (!udp_address_of(&peer, asked, u->family))
		return;
	destination_judge(&d, run, &peer.sa, udp_address_len(&peer),
			  state_now());
	connected(u, &peer, target_of(run, &d), udp_stub_judged(run, &d));
	len = sizeof(there);
	udp_change(u);
	u->loose = sys(SYS_getpeername, u->fd, &there, &len) < 0;
	udp_changed(u);
}

int udp_blocked(struct run *run, const struct destination *d)
{
	report_refused(run, &d->target, EACCES, " is UDP, refused: ");
	return -EACCES;
}

int udp_connect(struct run *run, int fd, const struct destination *d,
		const struct sockaddr *addr, socklen_t len)
{
	union udp_address to, asked;
	struct conn_lock l;
	struct udp *u;
	int r;

	bool stub = udp_stub_judged(run, d);

	if (run->config.udp_blocked && !stub)
		return udp_blocked(run, d);
	if ((run->config.nvia > 0 && !stub) || !conn_set_up() || !conn_lock(&l))
		return -ENETUNREACH;
	u = udp_attach(fd);
	if (u == NULL) {
		r = -ENOBUFS;
	} else if (u->family == AF_INET && addr->sa_family == AF_INET6) {
		r = net_connect(fd, addr, len); /* EAFNOSUPPORT */
	} else if (!udp_address_of(&asked, &d->asked, addr->sa_family) ||
		   !(stub ? udp_stub_address(u->family, &to)
			  : udp_associate_proxy(run, u->family, &to))) {
		r = -ENETUNREACH;
	} else {
		if (u->state == UDP_READY && !stub)
			to = u->relay;
		r = net_connect(fd, &to.sa, udp_address_len(&to));
		if (r == -EINVAL) /* bound to loopback, say */
			r = -ENETUNREACH;
		if (r == 0) {
			connected(u, &asked, target_of(run, d), stub);
			note_peer(run, fd, &d->asked);
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

void udp_becomes_stdio(int fd)
{
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct conn_lock l;
	struct udp *u;

	if (!conn_lock(&l))
		return;
	u = udp_of(fd);
	if (u != NULL && u->connected && !u->stub && !u->loose) {
		net_connect(fd, &nobody, sizeof(nobody));
		udp_change(u);
		u->loose = true;
		udp_changed(u);
	}
	conn_unlock(&l);
}

bool udp_has_headers(int fd)
{
	struct udp s;

	return udp_concerns(fd) && udp_snapshot(fd, &s) &&
	       (s.connected || udp_address_len(&s.relay) > 0);
}

bool udp_peer(int fd, union udp_address *peer)
{
	struct udp s;

	if (!udp_snapshot(fd, &s) || !s.connected)
		return false;
	*peer = s.last;
	return udp_address_len(peer) > 0;
}
