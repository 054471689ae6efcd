/* SPDX-License-Identifier: MIT */
/*
 * AF_INET6 sockets: IPv4 destinations in either form, IPv6 ones, an IPv4 relay.
 * A socket that cannot get to the relay says so.
 * script: read-greeting; send 0500; read-request; relay
 * log: datagram .* atyp=1 host=127\.1\.2\.3 port=7007 length=2 data=v4
 * log: datagram .* atyp=4 host=2001:db8::7 port=7 length=2 data=v6
 * log-count: 0 no header
 */
#include "datagram.h"

static void talk6(int fd, const char *text, const char *host, uint16_t port)
{
	struct sockaddr_in6 to = ipv6(host, port), from;
	socklen_t len = sizeof(from);
	char buf[10];

	CHECK(sendto(fd, text, 2, 0, (void *)&to, sizeof(to)) == 2);
	CHECK(recvfrom(fd, buf, 10, 0, (void *)&from, &len) == 2);
	CHECK(memcmp(buf, text, 2) == 0 && len == sizeof(from));
	CHECK(memcmp(&from.sin6_addr, &to.sin6_addr, 16) == 0);
	CHECK(from.sin6_port == to.sin6_port && from.sin6_family == AF_INET6);
}

static void v6only(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), on = 1;
	struct sockaddr_in6 to = ipv6(TARGET6, PORT), any = ipv6("::", 0);

	CHECK(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0);
	CHECK_FAILS(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)),
		    ENETUNREACH);
	CHECK_FAILS(connect(fd, (void *)&to, sizeof(to)), ENETUNREACH);
	close(fd);
	/* Bound to any address, any port, it gets there all the same. */
	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	set_patience(fd);
	CHECK(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0);
	CHECK(bind(fd, (void *)&any, sizeof(any)) == 0);
	talk6(fd, "v6", TARGET6, PORT);
}

int main(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), four = udp_socket();
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);
	struct sockaddr_in6 six = ipv6(TARGET6, PORT);
	char buf[10];

	set_patience(fd);
	talk6(fd, "v4", "::ffff:" TARGET, ECHO_PORT);
	talk6(fd, "v6", TARGET6, PORT);
	CHECK(sendto(fd, "v4", 2, 0, (void *)&to, sizeof(to)) == 2);
	CHECK(recv(fd, buf, 10, 0) == 2);
	CHECK_FAILS(sendto(four, "x", 1, 0, (void *)&six, sizeof(six)),
		    EAFNOSUPPORT);
	CHECK_FAILS(connect(four, (void *)&six, sizeof(six)), EAFNOSUPPORT);
	v6only();
	return 0;
}
