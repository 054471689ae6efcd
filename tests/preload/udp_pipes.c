/* SPDX-License-Identifier: MIT */
/*
 * sendfile(2) and splice(2) of datagrams: whole and with a header each on the
 * wire, without one here; or EINVAL, which their users are prepared for.
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request
 * log-count: 0 no header
 */
#define ECHO_PORT 7055
#include "datagram.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

static void out(int fd, int file, int pipe_in, int pipe_out)
{
	off_t at = 0;
	ssize_t n;

	errno = 0;
	n = sendfile(fd, file, &at, 4);
	CHECK(n == 4 || (n == -1 && errno == EINVAL));
	if (n == 4)
		expect_text(fd, "file");
	CHECK(write(pipe_out, "pipe", 4) == 4);
	n = splice(pipe_in, NULL, fd, NULL, 4, 0);
	CHECK(n == 4 || (n == -1 && errno == EINVAL));
	if (n == 4)
		expect_text(fd, "pipe");
}

static void in(int fd, int pipe_in, int pipe_out)
{
	char buf[100];
	ssize_t n;

	n = splice(fd, NULL, pipe_out, NULL, sizeof(buf), SPLICE_F_NONBLOCK);
	if (n == -1) {
		CHECK(errno == EINVAL);
		expect_text(fd, "text");
		return;
	}
	CHECK(n == 4);
	CHECK(read(pipe_in, buf, sizeof(buf)) == 4);
	CHECK(memcmp(buf, "text", 4) == 0);
}

int main(void)
{
	int fd = udp_socket(), file = memfd_create("text", 0), way[2];

	CHECK(write(file, "file", 4) == 4);
	CHECK(pipe(way) == 0);
	ask(fd, "unconnected");
	CHECK(send4(fd, "text", TARGET, ECHO_PORT) == 4);
	usleep(100000);
	in(fd, way[0], way[1]);
	CHECK(connect4(fd, TARGET, ECHO_PORT) == 0);
	CHECK(send(fd, "text", 4, 0) == 4);
	usleep(100000);
	in(fd, way[0], way[1]);
	out(fd, file, way[0], way[1]);
	return 0;
}
