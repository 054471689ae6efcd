/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/time.h>

#include "libc/libc.h"
#include "libc/net.h"
#include "libc/sys.h"
#include "policy/rules.h"
#include "sock/udp_associate.h"

/* AF_INET6 reaches both kinds; AF_INET is there where IPv6 is not. */
static int control_family(const struct config *config)
{
	for (unsigned i = 0; i < config->nservers; i++)
		if (config->servers[i].kind == ENDPOINT_IPV6)
			return AF_INET6;
	return AF_INET;
}

int udp_associate_socket(const struct run *run, bool waits, int fd)
{
	struct timeval tv;
	int control;

	if (run->config.nvia > 0)
		return -ENETUNREACH;
	control = net_socket(control_family(&run->config),
			     SOCK_STREAM | SOCK_CLOEXEC |
				     (waits ? 0 : SOCK_NONBLOCK),
			     0);
	if (control >= 0 && waits &&
	    tcp_option(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) == 0)
		sys(SYS_setsockopt, control, SOL_SOCKET, SO_SNDTIMEO, &tv,
		    sizeof(tv));
	return control;
}

int udp_associate_begin(struct tcp_attempt *a, struct run *run, int control)
{
	/* danted gives no relay of another family than it is asked for. */
	struct endpoint any = { .kind = run->config.servers[0].kind };

	return tcp_attempt_begin_associate(
		a, run, control, control_family(&run->config), &any);
}

static bool is_unspecified(const struct endpoint *ep)
{
	static const uint8_t zero[16];

	return ep->kind == ENDPOINT_IPV4
		       ? memcmp(ep->ipv4, zero, sizeof(ep->ipv4)) == 0
		       : memcmp(ep->ipv6, zero, sizeof(ep->ipv6)) == 0;
}

bool udp_associate_relay(const struct tcp_attempt *a, int family,
			 union udp_address *relay)
{
	const struct endpoint *proxy = &a->run->config.servers[a->server];
	struct endpoint bound = *handshake_bound(&a->hs);
	uint16_t port = bound.port;

	if ((bound.kind != ENDPOINT_IPV4 && bound.kind != ENDPOINT_IPV6) ||
	    is_unspecified(&bound) ||
	    (endpoint_is_loopback(&bound) && !endpoint_is_loopback(proxy))) {
		bound = *proxy;
		bound.port = port;
	}
	return port != 0 && udp_address_of(relay, &bound, family);
}

int udp_associate_errno(const struct tcp_attempt *a)
{
	if (handshake_failure(&a->hs) == SOCKS_FAIL_REP &&
	    handshake_rep(&a->hs) == SOCKS_REP_COMMAND_NOT_SUPPORTED)
		return ENETUNREACH;
	return a->error;
}

bool udp_associate_proxy(const struct run *run, int family,
			 union udp_address *proxy)
{
	const struct endpoint *server;
	unsigned count;

	server = config_first_servers(&run->config, &count);
	for (unsigned i = 0; i < count; i++)
		if (udp_address_of(proxy, &server[i], family))
			return true;
	return false;
}

bool udp_associate_stands(int control)
{
	char octet;
	int saved = errno;
	ssize_t n = libc(recv)(control, &octet, 1, MSG_PEEK | MSG_DONTWAIT);
	bool stands = n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));

	errno = saved;
	return stands;
}
