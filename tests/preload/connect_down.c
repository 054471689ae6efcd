/* SPDX-License-Identifier: MIT */
/*
 * connect(2) without a proxy: ENETUNREACH, never what a target would answer;
 * and one line in all, however many processes run into it.
 * proxy: down
 * says: socksify: proxy 127\.0\.0\.1:\d+ cannot be reached: .*
 */
#include "victim.h"

int main(void)
{
	int fd = tcp_socket(), fd6 = socket(AF_INET6, SOCK_STREAM, 0);
	pid_t pid;

	CHECK_FAILS(connect4(fd, TARGET, PORT), ENETUNREACH);
	CHECK_FAILS(connect4(fd, TARGET, PORT), ENETUNREACH);
	CHECK_FAILS(connect6(fd6, TARGET6, PORT), ENETUNREACH);
	pid = fork();
	if (pid == 0) {
		CHECK_FAILS(connect4(fd, TARGET, PORT), ENETUNREACH);
		_exit(0);
	}
	check_child(pid);
	return 0;
}
