/* SPDX-License-Identifier: MIT */
/*
 * connect(2) before and after fork(2).
 * log-count: 3 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "victim.h"

int main(void)
{
	int old = connected(), fresh = tcp_socket();
	pid_t pid = fork();

	if (pid == 0) {
		talk(old);
		check_peer(old, TARGET, PORT);
		CHECK(connect4(fresh, TARGET, PORT) == 0);
		use_network();
		_exit(0);
	}
	check_child(pid);
	/* What the child has connected is ours too. */
	talk(fresh);
	check_peer(fresh, TARGET, PORT);
	talk(old);
	check_peer(old, TARGET, PORT);
	return 0;
}
