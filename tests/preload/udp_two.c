/* SPDX-License-Identifier: MIT */
/*
 * sendmmsg(2) to two destinations by turns, up to a message that is refused;
 * in every form of address that a socket takes.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 2 request
 * log-count: 0 no header
 * log-count: 51 datagram .* host=127\.1\.2\.3 port=7012 length=3
 * log-count: 49 datagram .* host=127\.1\.2\.4 port=7012 length=3
 */
#define ECHO_PORT 7012
#include "datagram.h"

#define OTHER "127.1.2.4"
#define COUNT 40

static struct mmsghdr batch[COUNT];
static struct iovec iov[COUNT];
static char text[COUNT][8];
static union {
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
} to[COUNT];

static void fill(bool mapped)
{
	for (int i = 0; i < COUNT; i++) {
		const char *host = i % 2 ? OTHER : TARGET;
		char long_host[32];

		sprintf(text[i], "%03d", i);
		sprintf(long_host, "::ffff:%s", host);
		iov[i] = (struct iovec){ text[i], 3 };
		if (mapped)
			to[i].in6 = ipv6(long_host, ECHO_PORT);
		else
			to[i].in = ipv4(host, ECHO_PORT);
		batch[i].msg_len = 99;
		batch[i].msg_hdr = (struct msghdr){
			.msg_name = &to[i],
			.msg_namelen = mapped ? sizeof(to[i].in6)
					      : sizeof(to[i].in),
			.msg_iov = &iov[i], .msg_iovlen = 1 };
	}
}

static void send_all(int fd, int n)
{
	int sent = 0;

	while (sent < n) {
		int r = sendmmsg(fd, batch + sent, (unsigned)(n - sent), 0);

		CHECK(r > 0);
		sent += r;
	}
	for (int i = 0; i < n; i++)
		CHECK(batch[i].msg_len == 3);
}

/* The two answer in their own time: each number once, from its own source. */
static void expect_all(int fd, int n, bool mapped)
{
	uint64_t seen = 0;

	for (int i = 0; i < n; i++) {
		struct sockaddr_in6 from = { 0 }, want6;
		struct sockaddr_in *in = (struct sockaddr_in *)&from, want;
		socklen_t len = sizeof(from);
		char buf[9] = "";
		int k;

		CHECK(recvfrom(fd, buf, 8, 0, (void *)&from, &len) == 3);
		k = atoi(buf);
		CHECK(k < n && (seen & 1ull << k) == 0);
		seen |= 1ull << k;
		want = ipv4(k % 2 ? OTHER : TARGET, ECHO_PORT);
		want6 = ipv6(k % 2 ? "::ffff:" OTHER : "::ffff:" TARGET,
			     ECHO_PORT);
		if (mapped)
			CHECK(memcmp(&from.sin6_addr, &want6.sin6_addr, 16) ==
			      0);
		else
			CHECK(in->sin_addr.s_addr == want.sin_addr.s_addr);
		CHECK(in->sin_port == want.sin_port);
	}
}

static void refused_amid(int fd)
{
	struct sockaddr_in6 six = ipv6("2001:db8::7", ECHO_PORT);

	fill(false);
	batch[19].msg_hdr.msg_name = &six;
	batch[19].msg_hdr.msg_namelen = sizeof(six);
	/* Nineteen at the most: what is refused is so by the next call. */
	for (int sent = 0; sent < 19;) {
		int r = sendmmsg(fd, batch + sent, (unsigned)(COUNT - sent), 0);

		CHECK(r > 0 && sent + r <= 19);
		sent += r;
	}
	CHECK(batch[19].msg_len == 99);
	CHECK_FAILS(sendmmsg(fd, batch + 19, 2, 0), EAFNOSUPPORT);
	expect_all(fd, 19, false);
	CHECK(sendmmsg(fd, (void *)8, 0, 0) == 0);
	expect_nothing(fd);
}

int main(void)
{
	struct sockaddr_in other = ipv4(OTHER, ECHO_PORT);
	int fd, fd6;

	start_echo();
	start_echo_at(&other, sizeof(other));
	fd = udp_socket();
	fd6 = udp_socket6();
	fill(false);
	send_all(fd, COUNT);
	expect_all(fd, COUNT, false);
	refused_amid(fd);
	fill(true);
	send_all(fd6, COUNT);
	expect_all(fd6, COUNT, true);
	/* And connected. */
	CHECK(connect4(fd, TARGET, ECHO_PORT) == 0);
	fill(false);
	batch[0].msg_hdr.msg_name = NULL;
	send_all(fd, 1);
	expect_all(fd, 1, false);
	return 0;
}
