/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netinet/in.h>
#include <sys/time.h>

#include "libc/libc.h"
#include "libc/net.h"
#include "libc/sys.h"
#include "sock/dns_query.h"
#include "sock/dns_stream.h"
#include "sock/tcp_connect.h"

/* An open connection to @server, or -errno. */
static int open_connection(struct run *run, const struct endpoint *server,
			   enum route route)
{
	unsigned count;
	const struct endpoint *next =
		route == ROUTE_PROXY
			? config_first_servers(&run->config, &count)
			: server;
	int family = next->kind == ENDPOINT_IPV6 ? AF_INET6 : AF_INET;
	struct timeval patience = { .tv_sec = DNS_TIMEOUT };
	struct sockaddr_storage ss;
	int fd, r;

	fd = net_socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	sys(SYS_setsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
	    sizeof(patience));
	sys(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	if (route == ROUTE_PROXY)
		r = sock_tcp_connect(run, fd, family, server, NULL,
				     sock_wait_poll, NULL);
	else
		r = net_connect(fd, (struct sockaddr *)&ss,
				endpoint_to_sockaddr(server, family, &ss));
	if (r < 0) {
		sys_close(fd);
		return r == -EINPROGRESS ? -ETIMEDOUT : r;
	}
	return fd;
}

ssize_t dns_query(struct run *run, const struct endpoint *server,
		  enum route route, const uint8_t *query, size_t n,
		  uint8_t *answer, size_t cap)
{
	int fd = open_connection(run, server, route), saved = errno;
	ssize_t r = -ECONNRESET;

	if (fd < 0)
		return fd;
	if (dns_stream_send(fd, query, n))
		r = dns_stream_receive(fd, answer, cap);
	sys_close(fd);
	errno = saved;
	return r;
}
