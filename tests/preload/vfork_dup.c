/* SPDX-License-Identifier: MIT */
/*
 * A vfork(2) child puts a socket of its parent's on a standard descriptor, as
 * who starts a server does; the parent connects in the background afterwards,
 * and so does a child that it forks.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

int main(void)
{
	int listener = tcp_socket(), fd;
	struct sockaddr_in good;
	pid_t pid = vfork();

	if (pid == 0) {
		dup2(listener, STDIN_FILENO);
		_exit(0);
	}
	check_child(pid);
	good = park(WELL);
	pid = fork();
	if (pid == 0) {
		fd = begin(&good);
		await_peer(fd);
		_exit(0);
	}
	fd = begin(&good);
	await_peer(fd);
	block(fd);
	talk(fd);
	check_child(pid);
	return 0;
}
