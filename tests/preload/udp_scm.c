/* SPDX-License-Identifier: MIT */
/*
 * A socket with a relay that is handed to another process (SCM_RIGHTS): it
 * sends and receives there as here, or is refused there; never with headers.
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 0 no header
 */
#define ECHO_PORT 7050
#include "datagram.h"

static void pass(int way, int fd)
{
	char octet = 'x', control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &octet, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	CHECK(sendmsg(way, &msg, 0) == 1);
}

static int take(int way)
{
	char octet, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &octet, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	int fd;

	CHECK(recvmsg(way, &msg, 0) == 1);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static void receiver(int way)
{
	int fd = take(way), peer = take(way);
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char buf[100];

	/* An answer that is on its way while the socket is handed over */
	CHECK(recvfrom(fd, buf, sizeof(buf), 0, (void *)&from, &len) == 6);
	CHECK(memcmp(buf, "before", 6) == 0);
	check_from(&from, len, TARGET, ECHO_PORT);
	CHECK(recv(peer, buf, sizeof(buf), 0) == 6);
	CHECK(memcmp(buf, "before", 6) == 0);
	check_peer(peer, TARGET, ECHO_PORT);
	ask(fd, "after");
	CHECK(write(peer, "after", 5) == 5);
	CHECK(read(peer, buf, sizeof(buf)) == 5);
	CHECK(memcmp(buf, "after", 5) == 0);
}

int main(void)
{
	int way[2], fd, peer;
	pid_t pid;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, way) == 0);
	pid = fork();
	if (pid == 0) {
		receiver(way[1]);
		_exit(0);
	}
	fd = udp_socket();
	peer = udp_connected();
	ask(fd, "own");
	CHECK(send(peer, "own", 3, 0) == 3);
	expect_text(peer, "own");
	CHECK(send4(fd, "before", TARGET, ECHO_PORT) == 6);
	CHECK(send(peer, "before", 6, 0) == 6);
	pass(way[0], fd);
	pass(way[0], peer);
	check_child(pid);
	ask(fd, "own again");
	return 0;
}
