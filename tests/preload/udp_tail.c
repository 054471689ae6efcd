/* SPDX-License-Identifier: MIT */
/*
 * The octets behind a datagram stay the program's, whatever its header's
 * length was: many a program has put a zero there beforehand.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 4 request
 * log-count: 0 no header
 */
#define ECHO_PORT 7017
#include "datagram.h"

static int fd;

static void check_tail(const char *buf, size_t n, size_t size)
{
	for (size_t i = n; i < size; i++)
		CHECK(buf[i] == '#');
}

static void expect(const char *text)
{
	char buf[400];
	size_t n = strlen(text);

	memset(buf, '#', sizeof(buf));
	CHECK(recv(fd, buf, sizeof(buf), MSG_PEEK) == (ssize_t)n);
	check_tail(buf, n, sizeof(buf));
	CHECK(recv(fd, buf, sizeof(buf), 0) == (ssize_t)n);
	CHECK(memcmp(buf, text, n) == 0);
	check_tail(buf, n, sizeof(buf));
}

/* In the second buffer, too. */
static void expect_two(const char *text)
{
	char a[4], b[400];
	struct iovec iov[2] = { { a, 4 }, { b, sizeof(b) } };
	struct mmsghdr msg = { .msg_hdr = { .msg_iov = iov, .msg_iovlen = 2 } };
	size_t n = strlen(text);

	memset(b, '#', sizeof(b));
	CHECK(recvmmsg(fd, &msg, 1, 0, NULL) == 1 && msg.msg_len == n);
	CHECK(memcmp(a, text, 4) == 0 && memcmp(b, text + 4, n - 4) == 0);
	check_tail(b, n - 4, sizeof(b));
}

int main(void)
{
	struct sockaddr_in6 here = ipv6("::1", ECHO_PORT);

	start_echo();
	start_echo_at(&here, sizeof(here));
	/* The longer header comes first, second, third ... */
	for (int i = 0; i < 4; i++) {
		fd = udp_socket6();
		for (int k = 0; k < 4; k++) {
			if (k == i)
				send6(fd, "longer", "::1", ECHO_PORT);
			else
				send6(fd, "shorter", "::ffff:" TARGET,
				      ECHO_PORT);
			if (k % 2)
				expect(k == i ? "longer" : "shorter");
			else
				expect_two(k == i ? "longer" : "shorter");
		}
		close(fd);
	}
	return 0;
}
