/* SPDX-License-Identifier: MIT */
/*
 * connect(2): what was set before is set afterwards, on the same socket.
 */
#include "victim.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>

static int option(int fd, int level, int name)
{
	int value;
	socklen_t len = sizeof(value);

	CHECK(getsockopt(fd, level, name, &value, &len) == 0);
	return value;
}

static void set(int fd, int level, int name, int value)
{
	CHECK(setsockopt(fd, level, name, &value, sizeof(value)) == 0);
}

static void options(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct linger linger = { 1, 7 };
	struct timeval tv = { 3, 0 }, got;
	struct stat before, after;
	socklen_t len;

	CHECK(fstat(fd, &before) == 0);
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 77);
	set(fd, IPPROTO_IP, IP_TOS, 0x10);
	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0);
	CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger,
			 sizeof(linger)) == 0);
	CHECK(connect4(fd, TARGET, PORT) == 0);

	CHECK(fstat(fd, &after) == 0 && before.st_ino == after.st_ino);
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) == 0);
	CHECK(option(fd, IPPROTO_TCP, TCP_NODELAY) == 1);
	CHECK(option(fd, SOL_SOCKET, SO_KEEPALIVE) == 1);
	CHECK(option(fd, IPPROTO_TCP, TCP_KEEPIDLE) == 77);
	CHECK(option(fd, IPPROTO_IP, IP_TOS) == 0x10);
	CHECK(option(fd, SOL_SOCKET, SO_ERROR) == 0);
	len = sizeof(got);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &got, &len) == 0);
	CHECK(got.tv_sec == 3);
	len = sizeof(linger);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &len) == 0);
	CHECK(linger.l_onoff == 1 && linger.l_linger == 7);
	talk(fd);
}

/* The port that bind(2) chose is the port that the connection has. */
static void bound(const char *address)
{
	struct sockaddr_in before = ipv4(address, 0), after;
	socklen_t len = sizeof(before);
	int fd = tcp_socket();

	CHECK(bind(fd, (void *)&before, len) == 0);
	CHECK(getsockname(fd, (void *)&before, &len) == 0);
	CHECK(connect4(fd, TARGET, PORT) == 0);
	CHECK(getsockname(fd, (void *)&after, &len) == 0);
	CHECK(after.sin_port == before.sin_port);
	talk(fd);
}

int main(void)
{
	options();
	bound("0.0.0.0");
	bound("127.0.0.1");
	return 0;
}
