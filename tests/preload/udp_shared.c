/* SPDX-License-Identifier: MIT */
/*
 * Duplicates, children and programs that are executed share the relay; it is
 * given back with the last of them.
 * script: read-greeting; send 0500; read-request; relay
 * run: args=first
 * log-count: 2 request
 * log-count: 2 client left
 * log-count: 0 no header
 */
#include "datagram.h"

#include <fcntl.h>

static void use(int fd, int peer)
{
	char buf[10];

	ask(fd, "again");
	CHECK(send(peer, "x", 1, 0) == 1);
	CHECK(recv(peer, buf, 10, 0) == 1);
	check_peer(peer, TARGET, ECHO_PORT);
}

int main(int argc, char **argv)
{
	int fd, peer, copy;
	pid_t pid;

	if (argc == 3) { /* the program that is executed */
		use(atoi(argv[1]), atoi(argv[2]));
		return 0;
	}
	fd = udp_socket();
	peer = udp_connected();
	use(fd, peer);
	copy = dup(fd);
	CHECK(dup2(peer, 30) == 30);
	use(copy, 30);
	CHECK(close(fd) == 0 && close(peer) == 0);
	use(copy, 30);
	pid = fork();
	if (pid == 0) {
		use(copy, 30);
		_exit(0);
	}
	check_child(pid);
	pid = fork();
	if (pid == 0) {
		char number[10];

		sprintf(number, "%d", copy);
		execl("/proc/self/exe", argv[0], number, "30", NULL);
		_exit(9);
	}
	check_child(pid);
	use(copy, 30);
	CHECK(close(copy) == 0 && close(30) == 0);
	usleep(200000);
	return 0;
}
