/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "libc/net.h"
#include "libc/sys.h"
#include "sock/tcp_attempt.h"
#include "sock/tcp_fail.h"

/* Accept whatever has come, and reset it. */
static void reset_peer(int listener)
{
	struct linger hard = { .l_onoff = 1 };
	int peer = (int)sys(SYS_accept4, listener, NULL, NULL, SOCK_CLOEXEC);

	if (peer < 0)
		return;
	sys(SYS_setsockopt, peer, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	sys_close(peer);
}

/*
 * As a non-blocking connect(2) to a port that refuses, but whatever the file's
 * O_NONBLOCK is: other processes may share it.
 */
static int be_refused(int fd, const struct sockaddr *addr, socklen_t len)
{
	int r = (int)net_sendto(fd, "", 0,
				MSG_FASTOPEN | MSG_DONTWAIT | MSG_NOSIGNAL,
				addr, len);

	/* net.ipv4.tcp_fastopen may say no. */
	if (r == -EOPNOTSUPP && tcp_is_nonblocking(fd))
		r = net_connect(fd, addr, len);
	return r;
}

/*
 * Connect to a port of our own at @loopback: one that nobody listens on, or
 * one that resets.
 */
static int meet(int fd, int family, const char *loopback, bool listens)
{
	struct sockaddr_storage ss;
	struct endpoint ep = { .port = 0 };
	int domain, r = -ENETUNREACH, port;
	socklen_t len;

	endpoint_parse_host(&ep, loopback, strlen(loopback));
	domain = ep.kind == ENDPOINT_IPV4 ? AF_INET : AF_INET6;
	port = net_socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (port < 0)
		return port;
	len = endpoint_to_sockaddr(&ep, domain, &ss);
	if (sys(SYS_bind, port, &ss, len) == 0 &&
	    (!listens || sys(SYS_listen, port, 1) == 0) &&
	    sys(SYS_getsockname, port, &ss, &len) == 0 &&
	    endpoint_from_sockaddr(&ep, (struct sockaddr *)&ss, len) &&
	    (len = endpoint_to_sockaddr(&ep, family, &ss)) > 0) {
		r = listens ? net_connect(fd, (struct sockaddr *)&ss, len)
			    : be_refused(fd, (struct sockaddr *)&ss, len);
		if (listens && (r == 0 || r == -EINPROGRESS))
			reset_peer(port);
	}
	sys_close(port);
	return r;
}

/* A socket that is IPV6_V6ONLY, or bound so, has the other loopback. */
static int meet_at_loopback(int fd, int family, bool listens)
{
	int r;

	tcp_disconnect(fd);
	r = meet(fd, family, "127.0.0.1", listens);
	return r == -ENETUNREACH ? meet(fd, family, "::1", listens) : r;
}

void tcp_look_refused(int fd, int family)
{
	if (meet_at_loopback(fd, family, false) == -EOPNOTSUPP)
		tcp_look_reset(fd, family);
}

void tcp_look_reset(int fd, int family)
{
	meet_at_loopback(fd, family, true);
}
