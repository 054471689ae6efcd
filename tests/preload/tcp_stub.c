/* SPDX-License-Identifier: MIT */
/*
 * A name server that is never asked is answered for over TCP, too: waiting or
 * not, of either family, one query after the other; and no descriptor is left.
 * log-count: 0 request
 */
#include "datagram.h"

#include <fcntl.h>
#include <sys/wait.h>

/* A query for web.test, type A, behind its length */
static const unsigned char query[] =
	"\0\x1a\x12\x34\1\0\0\1\0\0\0\0\0\0\3web\4test\0\0\1\0\1";
#define QUERY_LEN ((ssize_t)sizeof(query) - 1)
#define ANSWER_LEN (QUERY_LEN + 16)

static void ask_one(int fd)
{
	unsigned char answer[ANSWER_LEN];

	CHECK(send(fd, query, (size_t)QUERY_LEN, 0) == QUERY_LEN);
	read_exactly(fd, answer, sizeof(answer));
	CHECK(answer[0] == 0 && answer[1] == ANSWER_LEN - 2);
	CHECK(answer[2] == 0x12 && answer[3] == 0x34 && answer[9] == 1);
	CHECK(answer[ANSWER_LEN - 4] == 198 &&
	      (answer[ANSWER_LEN - 3] & 0xfe) == 18);
}

static void at_once(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int error = 1;
	socklen_t len = sizeof(error);

	if (connect4(fd, "127.0.0.53", 53) != 0)
		CHECK(errno == EINPROGRESS);
	CHECK(poll(&p, 1, 1000) == 1 && p.revents == POLLOUT);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 &&
	      error == 0);
	CHECK(fcntl(fd, F_SETFL, 0) == 0);
	ask_one(fd);
	CHECK(close(fd) == 0);
}

/* The other end is nowhere among the program's descriptors. */
static void check_descriptors(int first)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(fd == first);
	CHECK(connect4(fd, "10.0.0.53", 53) == 0);
	check_peer(fd, "10.0.0.53", 53);
	CHECK(dup(fd) == fd + 1);
	for (int i = fd + 1; i < 1024; i++)
		close(i);
	ask_one(fd);
	ask_one(fd);
	CHECK(close(fd) == 0);
}

/* ... and the thread keeps none of those open: the end of a pipe is seen. */
static void check_pipe(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), ends[2];
	struct pollfd p = { .events = POLLIN };

	CHECK(pipe(ends) == 0);
	CHECK(connect4(fd, "127.0.0.53", 53) == 0);
	CHECK(close(ends[1]) == 0);
	p.fd = ends[0];
	CHECK(poll(&p, 1, 1000) == 1 && p.revents == POLLHUP);
	ask_one(fd);
	CHECK(close(fd) == 0 && close(ends[0]) == 0);
}

/* At most 32 at a time; a child has as many of its own. */
static void many(void)
{
	int fd[33], status;

	for (int i = 0; i < 32; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM, 0);
		CHECK(connect4(fd[i], "127.0.0.53", 53) == 0);
	}
	fd[32] = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_FAILS(connect4(fd[32], "127.0.0.53", 53), ENETUNREACH);
	if (fork() == 0) {
		CHECK(connect4(fd[32], "127.0.0.53", 53) == 0);
		ask_one(fd[32]);
		_exit(0);
	}
	CHECK(wait(&status) > 0 && status == 0);
	for (int i = 0; i < 33; i++)
		CHECK(close(fd[i]) == 0);
}

int main(void)
{
	int first = dup(0), fd6 = socket(AF_INET6, SOCK_STREAM, 0);
	int only = socket(AF_INET6, SOCK_STREAM, 0), on = 1;
	unsigned char octet;
	int fd;

	CHECK(connect6(fd6, "::ffff:192.168.0.1", 53) == 0);
	ask_one(fd6);
	CHECK(setsockopt(only, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) ==
	      0);
	CHECK(connect6(only, "fd00::53", 53) == 0);
	ask_one(only);
	at_once();
	CHECK(close(fd6) == 0 && close(only) == 0 && close(first) == 0);
	check_descriptors(first);
	check_pipe();
	/* What is no query ends it. */
	fd = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(connect4(fd, "127.0.0.53", 53) == 0);
	CHECK(send(fd, "\0\3abc", 5, 0) == 5);
	CHECK(recv(fd, &octet, 1, 0) == 0);
	many();
	usleep(100000);
	/* As many as there may be, one after the other. */
	for (int i = 0; i < 100; i++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		CHECK(connect4(fd, "127.0.0.53", 53) == 0);
		ask_one(fd);
		CHECK(shutdown(fd, SHUT_WR) == 0);
		CHECK(recv(fd, &octet, 1, 0) == 0);
		close(fd);
	}
	return 0;
}
