/* SPDX-License-Identifier: MIT */
/*
 * Addresses as the kernel takes them: short ones, AF_UNSPEC, other families'. What it takes goes to the relay, what it refuses nowhere.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 2 request
 * log-count: 0 no header
 * log-count: 2 datagram .* atyp=1 host=127\.1\.2\.3 port=7011 length=4 data=unsp
 * log-count: 2 datagram .* atyp=4 host=::1 port=7011 length=5 data=short
 * log-count: 1 datagram .* atyp=4 host=::1 port=7011 length=4 data=peer
 */
#define ECHO_PORT 7011
#include "datagram.h"

/* RFC 2133's sockaddr_in6 had no sin6_scope_id. */
#define LEN_RFC2133 24

static ssize_t to(int fd, const char *text, const void *addr, socklen_t len)
{
	return sendto(fd, text, strlen(text), 0, addr, len);
}

static void four(void)
{
	struct sockaddr_in sin = ipv4(TARGET, ECHO_PORT);
	struct sockaddr_in6 sin6 = ipv6("::1", ECHO_PORT);
	struct sockaddr other = { .sa_family = AF_UNIX };
	int fd = udp_socket();

	CHECK_FAILS(to(fd, "x", &sin, sizeof(sin) - 1), EINVAL);
	CHECK_FAILS(to(fd, "x", &sin6, sizeof(sin6)), EAFNOSUPPORT);
	CHECK_FAILS(to(fd, "x", &other, sizeof(other)), EAFNOSUPPORT);
	CHECK_FAILS(to(fd, "x", (void *)8, sizeof(sin)), EFAULT);
	CHECK_FAILS(sendto(fd, (void *)8, 1, 0, (void *)&sin, sizeof(sin)),
		    EFAULT);
	sin.sin_family = AF_UNSPEC; /* stands for AF_INET here */
	CHECK(to(fd, "unsp", &sin, sizeof(sin)) == 4);
	expect_from(fd, "unsp", TARGET, ECHO_PORT);
	CHECK(to(fd, "unsp", &sin, sizeof(sin)) == 4);
	expect_from(fd, "unsp", TARGET, ECHO_PORT);
	expect_nothing(fd);
}

static void six(void)
{
	struct sockaddr_in6 sin6 = ipv6("::1", ECHO_PORT);
	struct sockaddr other = { .sa_family = AF_UNIX };
	int fd = udp_socket6();

	CHECK_FAILS(to(fd, "x", &sin6, LEN_RFC2133 - 1), EINVAL);
	CHECK_FAILS(to(fd, "x", &other, sizeof(other)), EINVAL);
	CHECK(to(fd, "short", &sin6, LEN_RFC2133) == 5);
	expect_from6(fd, "short", "::1", ECHO_PORT);
	CHECK(to(fd, "short", &sin6, LEN_RFC2133) == 5);
	expect_from6(fd, "short", "::1", ECHO_PORT);

	CHECK_FAILS(connect(fd, (void *)&sin6, LEN_RFC2133 - 1), EINVAL);
	CHECK(connect(fd, (void *)&sin6, LEN_RFC2133) == 0);
	CHECK(send(fd, "peer", 4, 0) == 4);
	expect_from6(fd, "peer", "::1", ECHO_PORT);
	expect_nothing(fd);
}

int main(void)
{
	struct sockaddr_in6 here = ipv6("::1", ECHO_PORT);

	start_echo();
	start_echo_at(&here, sizeof(here));
	four();
	six();
	return 0;
}
