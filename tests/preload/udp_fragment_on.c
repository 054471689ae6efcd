/* SPDX-License-Identifier: MIT */
/*
 * fragment = on: what is too long with a header goes in two parts, whichever
 * way it is sent, and comes back whole; what is not goes as ever.
 * native: yes
 * config: fragment = on
 * script: read-greeting; send 0500; read-request; delay 200; relay
 * log-count: 7 datagram rsv=0 frag=1 .* length=65497
 * log-count: 7 datagram rsv=0 frag=130 .* length=(10|9)
 * log-count: 0 no header
 */
#define ECHO_PORT 7051
#include <fcntl.h>

#include "datagram.h"

enum { LONG = 65507 };

static char out[LONG + 1], in[LONG + 1];

static void fill(int seed)
{
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7 + i / 256 + (size_t)seed);
}

static void expect(int fd, size_t n)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);

	memset(in, 0, sizeof(in));
	CHECK(recvfrom(fd, in, sizeof(in), 0, (void *)&from, &len) ==
	      (ssize_t)n);
	CHECK(memcmp(in, out, n) == 0);
	check_from(&from, len, TARGET, ECHO_PORT);
}

static void by_address(void)
{
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);
	int fd = udp_socket();

	fill(1);
	CHECK(sendto(fd, out, LONG, 0, (void *)&to, sizeof(to)) == LONG);
	expect(fd, LONG);
	CHECK(sendto(fd, out, LONG - 1, 0, (void *)&to, sizeof(to)) ==
	      LONG - 1);
	expect(fd, LONG - 1);
	CHECK_FAILS(sendto(fd, out, LONG + 1, 0, (void *)&to, sizeof(to)),
		    EMSGSIZE);
	/* As long as may be with a header: it needs no fragment. */
	CHECK(sendto(fd, out, LONG - 10, 0, (void *)&to, sizeof(to)) ==
	      LONG - 10);
	expect(fd, LONG - 10);
	ask(fd, "short");
	CHECK(close(fd) == 0);
}

static void by_connection(void)
{
	int fd = udp_connected();
	struct iovec iov[3] = { { out, 1 }, { out + 1, 40000 },
				{ out + 40001, LONG - 40001 } };

	fill(2);
	CHECK(send(fd, out, LONG, 0) == LONG);
	expect(fd, LONG);
	CHECK(writev(fd, iov, 3) == LONG);
	expect(fd, LONG);
	iov[2].iov_len++;
	CHECK_FAILS(writev(fd, iov, 3), EMSGSIZE);
	CHECK(close(fd) == 0);
}

static void batch(void)
{
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);
	struct iovec iov[3] = { { out, 5 }, { out, LONG }, { out, 7 } };
	struct mmsghdr m[3] = { { { 0 } } };
	int fd = udp_socket();

	fill(3);
	ask(fd, "first");
	for (int i = 0; i < 3; i++)
		m[i].msg_hdr = (struct msghdr){
			.msg_name = &to,
			.msg_namelen = sizeof(to),
			.msg_iov = &iov[i],
			.msg_iovlen = 1,
		};
	CHECK(sendmmsg(fd, m, 3, 0) == 3);
	for (int i = 0; i < 3; i++) {
		CHECK(m[i].msg_len == iov[i].iov_len);
		expect(fd, iov[i].iov_len);
	}
	CHECK(close(fd) == 0);
}

/* What is queued, too. */
static void at_once(void)
{
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);
	int fd = udp_socket();

	fill(4);
	CHECK(sendto(fd, out, LONG, MSG_DONTWAIT, (void *)&to, sizeof(to)) ==
	      LONG);
	CHECK_FAILS(sendto(fd, out, LONG + 1, MSG_DONTWAIT, (void *)&to,
			   sizeof(to)),
		    EMSGSIZE);
	expect(fd, LONG);
	CHECK(sendto(fd, out, LONG, MSG_DONTWAIT, (void *)&to, sizeof(to)) ==
	      LONG);
	expect(fd, LONG);
	CHECK(close(fd) == 0);
}

int main(void)
{
	if (getenv("SOCKSIFY_RUN") == NULL)
		start_echo();
	by_address();
	by_connection();
	batch();
	at_once();
	return 0;
}
