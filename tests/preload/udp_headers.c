/* SPDX-License-Identifier: MIT */
/*
 * Headers of every length (IPv4, IPv6, names of up to 255 octets), one after
 * the other on one socket: peeked at, cut, in batches, the largest.
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request
 * log-count: 0 no header
 * log: datagram .* atyp=3 host=(x{63}\.){3}x{61} port=7116 length=
 */
#define ECHO_PORT 7016
#include "datagram.h"

#include <netdb.h>
#include <sys/ioctl.h>

static struct sockaddr_in6 to[3];
static const size_t header[3] = { 10, 22, 7 + 253 };
static char big[65536];

/* A name as long as any */
static void resolve(void)
{
	struct addrinfo hints = { .ai_family = AF_INET6,
				  .ai_socktype = SOCK_DGRAM };
	struct addrinfo *ai;
	char name[254];

	memset(name, 'x', 253);
	name[253] = '\0';
	name[63] = name[127] = name[191] = '.';
	CHECK(getaddrinfo(name, "7116", &hints, &ai) == 0);
	memcpy(&to[2], ai->ai_addr, sizeof(to[2]));
	freeaddrinfo(ai);
}

static void out(int fd, int i, const void *buf, size_t n)
{
	CHECK(sendto(fd, buf, n, 0, (void *)&to[i], sizeof(to[i])) ==
	      (ssize_t)n);
}

static void check_source(const struct sockaddr_in6 *from, int i)
{
	CHECK(memcmp(&from->sin6_addr, &to[i].sin6_addr, 16) == 0);
	CHECK(from->sin6_port == to[i].sin6_port);
}

static void one(int fd, int i, size_t room)
{
	struct sockaddr_in6 from;
	socklen_t len = sizeof(from);
	char buf[1000];
	int n;

	memset(buf, '#', sizeof(buf));
	out(fd, i, memset(big, 'a' + i, 600), 600);
	CHECK(recvfrom(fd, buf, room, MSG_PEEK, (void *)&from, &len) ==
	      (ssize_t)(room < 600 ? room : 600));
	check_source(&from, i);
	CHECK(ioctl(fd, FIONREAD, &n) == 0 && n == 600);
	CHECK(recv(fd, buf, 0, MSG_PEEK | MSG_TRUNC) == 600);
	memset(buf, '#', sizeof(buf));
	memset(&from, 0, sizeof(from));
	CHECK(recvfrom(fd, buf, room, MSG_TRUNC, (void *)&from, &len) == 600);
	check_source(&from, i);
	for (size_t k = 0; k < room && k < 600; k++)
		CHECK(buf[k] == 'a' + i);
	for (size_t k = room; k < sizeof(buf); k++)
		CHECK(buf[k] == '#');
}

/* The kernel's limit for the relay, which is reached over IPv4. */
static void largest(int fd, int i)
{
	size_t most = 65507 - header[i];

	CHECK_FAILS(sendto(fd, big, most + 1, 0, (void *)&to[i],
			   sizeof(to[i])), EMSGSIZE);
	out(fd, i, memset(big, 'A' + i, most), most);
	memset(big, 0, sizeof(big));
	CHECK(recv(fd, big, sizeof(big), 0) == (ssize_t)most);
	for (size_t k = 0; k < most; k++)
		CHECK(big[k] == 'A' + i);
}

static void batch(int fd)
{
	static struct mmsghdr msgs[12];
	static struct iovec iov[12][2];
	static struct sockaddr_in6 from[12];
	static char buf[12][40];

	for (int i = 0; i < 12; i++) {
		char text[20];

		sprintf(text, "%d-%016d", i % 3, i);
		out(fd, i % 3, text, 18);
		iov[i][0] = (struct iovec){ buf[i], 5 };
		iov[i][1] = (struct iovec){ buf[i] + 5, 10 };
		msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &from[i], .msg_namelen = sizeof(from[i]),
			.msg_iov = iov[i], .msg_iovlen = 2 };
	}
	CHECK(recvmmsg(fd, msgs, 12, 0, NULL) == 12);
	for (int i = 0; i < 12; i++) {
		char text[20];

		sprintf(text, "%d-%016d", i % 3, i);
		CHECK(msgs[i].msg_len == 15);
		CHECK(msgs[i].msg_hdr.msg_flags == MSG_TRUNC);
		CHECK(msgs[i].msg_hdr.msg_namelen == sizeof(from[i]));
		CHECK(memcmp(buf[i], text, 15) == 0 && buf[i][15] == '\0');
		check_source(&from[i], i % 3);
	}
}

int main(void)
{
	int fd = udp_socket6();

	to[0] = ipv6("::ffff:" TARGET, ECHO_PORT);
	to[1] = ipv6("2001:db8::7", ECHO_PORT);
	resolve();
	for (size_t room = 1; room < 700; room += 23)
		for (int i = 0; i < 3; i++)
			one(fd, i, room);
	for (int i = 0; i < 3; i++)
		largest(fd, i);
	batch(fd);
	return 0;
}
