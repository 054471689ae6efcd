/* SPDX-License-Identifier: MIT */
/*
 * connect(2): a blocking TCP socket, every kind of address.
 * log: request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 * log: request cmd=1 atyp=4 host=2001:db8::7 port=7$
 * log: request cmd=1 atyp=4 host=2001:db8::24 port=7$
 * log: request cmd=1 atyp=1 host=192\.0\.2\.9 port=7$
 * log: request cmd=1 atyp=1 host=127\.1\.2\.4 port=7$
 * log: request cmd=1 atyp=1 host=127\.1\.2\.5 port=7$
 */
#include "victim.h"

#include <dlfcn.h>

static void plain(void)
{
	int fd = tcp_socket();

	errno = E2BIG;
	CHECK(connect4(fd, TARGET, PORT) == 0);
	CHECK(errno == E2BIG);
	talk(fd);
	check_peer(fd, TARGET, PORT);
	CHECK_FAILS(connect4(fd, TARGET, PORT), EISCONN);
	CHECK_FAILS(connect4(fd, "127.9.9.9", 1), EISCONN);
	talk(fd);
	close(fd);
}

static void six(const char *address, socklen_t len)
{
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	struct sockaddr_in6 sin6 = ipv6(address, PORT), peer;
	socklen_t n = sizeof(peer);

	CHECK(connect(fd, (struct sockaddr *)&sin6, len) == 0);
	talk(fd);
	CHECK(getpeername(fd, (struct sockaddr *)&peer, &n) == 0);
	CHECK(n == sizeof(peer) && peer.sin6_family == AF_INET6);
	CHECK(peer.sin6_port == htons(PORT));
	CHECK(memcmp(&peer.sin6_addr, &sin6.sin6_addr, 16) == 0);
	/* It stays a socket of its family. */
	n = sizeof(peer);
	CHECK(getsockname(fd, (struct sockaddr *)&peer, &n) == 0);
	CHECK(n == sizeof(peer) && peer.sin6_family == AF_INET6);
	close(fd);
}

static void other_ways(void)
{
	__typeof__(connect) *alias =
		(__typeof__(connect) *)dlsym(RTLD_DEFAULT, "__connect");
	struct sockaddr_in sin = ipv4("127.1.2.4", PORT);
	struct sockaddr_storage large = { 0 };
	int fd = tcp_socket();

	CHECK(alias != NULL);
	CHECK(alias(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0);
	talk(fd);
	close(fd);

	/* The length of any address at all is allowed. */
	sin = ipv4("127.1.2.5", PORT);
	memcpy(&large, &sin, sizeof(sin));
	fd = tcp_socket();
	CHECK(connect(fd, (struct sockaddr *)&large, sizeof(large)) == 0);
	talk(fd);
	close(fd);
}

int main(void)
{
	plain();
	six(TARGET6, sizeof(struct sockaddr_in6));
	/* RFC 2133's, without sin6_scope_id: the kernel takes it. */
	six("2001:db8::24", 24);
	six("::ffff:192.0.2.9", sizeof(struct sockaddr_in6));
	other_ways();
	return 0;
}
