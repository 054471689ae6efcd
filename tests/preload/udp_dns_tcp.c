/* SPDX-License-Identifier: MIT */
/*
 * The proxy has no relay: queries to a public name server are carried over TCP,
 * and the answers come from the server all the same; other datagrams fail. For
 * queries it is asked for a relay once.
 * script: read-greeting; send 0500; read-request; reply 7; close; next
 * script: read-greeting; send 0500; read-request; reply 0; expect 001a 1234010000010000000000000377656204746573740000010001; send 002a 1234818000010001000000000377656204746573740000010001c00c00010001000000100004c0000207; close; next
 * script: read-greeting; send 0500; read-request; reply 0; expect 001a 1234010000010000000000000377656204746573740000010001; send 002a 1234818000010001000000000377656204746573740000010001c00c00010001000000100004c0000207; close; next
 * script: read-greeting; send 0500; read-request; reply 0; expect 001a 1234010000010000000000000377656204746573740000010001; send 002a 1234818000010001000000000377656204746573740000010001c00c00010001000000100004c0000207; close; next
 * script: read-greeting; send 0500; read-request; reply 0; expect 001a 1234010000010000000000000377656204746573740000010001; send 002a 1234818000010001000000000377656204746573740000010001c00c00010001000000100004c0000207; close; next
 * script: read-greeting; send 0500; read-request; reply 0; expect 001a 1234010000010000000000000377656204746573740000010001; send 002a 1234818000010001000000000377656204746573740000010001c00c00010001000000100004c0000207; close; next
 * script: read-greeting; send 0500; read-request; reply 0; expect 001a 1234010000010000000000000377656204746573740000010001; send 0208 1234818000010000000000000377656204746573740000010001
 * script: send 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
 * script: send 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
 * script: send 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
 * script: send 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
 * script: send 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
 * script: send 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
 * script: send 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
 * script: send 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
 * script: send 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
 * script: send 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
 * script: send 'xxxx'; close; next
 * script: read-greeting; send 0500; read-request; reply 7; close; next
 * script: read-greeting; send 0500; read-request; reply 5; close
 * log-count: 2 request cmd=3
 * log-count: 6 request cmd=1 .*192.0.2.53.*53
 */
#include "datagram.h"

#define SERVER "192.0.2.53"

/* A query for web.test, type A */
static const unsigned char query[] =
	"\x12\x34\1\0\0\1\0\0\0\0\0\0\3web\4test\0\0\1\0\1";
#define QUERY_LEN ((ssize_t)sizeof(query) - 1)

static void check_answer(const unsigned char *answer, ssize_t n)
{
	CHECK(n == QUERY_LEN + 16);
	CHECK(answer[0] == 0x12 && answer[1] == 0x34 && answer[7] == 1);
	CHECK(answer[n - 4] == 192 && answer[n - 1] == 7);
}

static void receive(int fd)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	unsigned char buf[512];

	check_answer(buf, recvfrom(fd, buf, sizeof(buf), 0, (void *)&from,
				   &len));
	check_from(&from, len, SERVER, 53);
}

static void unconnected(int flags)
{
	struct sockaddr_in to = ipv4(SERVER, 53);
	int fd = udp_socket();

	CHECK(sendto(fd, query, (size_t)QUERY_LEN, flags, (void *)&to,
		     sizeof(to)) == QUERY_LEN);
	receive(fd);
	expect_nothing(fd);
	close(fd);
}

static void connected_one(void)
{
	unsigned char buf[512];
	int fd = udp_socket();

	CHECK(connect4(fd, SERVER, 53) == 0);
	CHECK(send(fd, query, (size_t)QUERY_LEN, MSG_DONTWAIT) == QUERY_LEN);
	check_answer(buf, recv(fd, buf, sizeof(buf), 0));
	check_peer(fd, SERVER, 53);
	CHECK(write(fd, query, (size_t)QUERY_LEN) == QUERY_LEN);
	receive(fd);
	close(fd);
}

static void in_a_batch(void)
{
	struct sockaddr_in6 to = ipv6("::ffff:" SERVER, 53), from;
	struct iovec iov = { (void *)(uintptr_t)query, (size_t)QUERY_LEN };
	struct mmsghdr m = { { &to, sizeof(to), &iov, 1, NULL, 0, 0 }, 0 };
	socklen_t len = sizeof(from);
	unsigned char buf[512];
	int fd = udp_socket6();

	CHECK(sendmmsg(fd, &m, 1, 0) == 1 && m.msg_len == QUERY_LEN);
	check_answer(buf, recvfrom(fd, buf, sizeof(buf), 0, (void *)&from,
				   &len));
	CHECK(len == sizeof(from) && from.sin6_port == to.sin6_port);
	CHECK(memcmp(&from.sin6_addr, &to.sin6_addr, 16) == 0);
	close(fd);
}

/* By UDP nobody takes more than 512 octets unless he says so. */
static void cut(void)
{
	unsigned char buf[1024];
	int fd = udp_socket();

	CHECK(connect4(fd, SERVER, 53) == 0);
	CHECK(send(fd, query, (size_t)QUERY_LEN, 0) == QUERY_LEN);
	CHECK(recv(fd, buf, sizeof(buf), 0) == QUERY_LEN);
	CHECK((buf[2] & 2) != 0 && buf[5] == 1 && buf[7] == 0);
	close(fd);
}

int main(void)
{
	struct sockaddr_in to = ipv4(SERVER, 54);
	int fd = udp_socket();

	unconnected(MSG_DONTWAIT);
	unconnected(0);
	connected_one();
	in_a_batch();
	cut();
	CHECK_FAILS(sendto(fd, query, (size_t)QUERY_LEN, 0, (void *)&to,
			   sizeof(to)),
		    ENETUNREACH);
	/* What is no query is nothing for a name server. */
	to = ipv4(SERVER, 53);
	CHECK_FAILS(sendto(fd, "no", 2, 0, (void *)&to, sizeof(to)),
		    ENETUNREACH);
	return 0;
}
