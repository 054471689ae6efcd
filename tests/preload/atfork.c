/* SPDX-License-Identifier: MIT */
/*
 * Handlers of pthread_atfork(3), from before our first use, that use sockets.
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <pthread.h>

static struct sockaddr_in target;
static int kept = -1;

static void reconnect(void)
{
	struct pollfd p = { .events = POLLOUT };
	char c;

	CHECK(so_error(kept) == 0);
	CHECK_FAILS(recv(kept, &c, 1, 0), EAGAIN);
	p.fd = kept;
	CHECK(poll(&p, 1, 0) == 0);
	close(kept);
	kept = begin(&target);
}

int main(void)
{
	struct sockaddr_in good;
	pid_t pid;

	CHECK(pthread_atfork(reconnect, reconnect, reconnect) == 0);
	kept = socket(AF_UNIX, SOCK_DGRAM, 0);
	CHECK(close(kept) == 0);
	alarm(20);
	target = ipv4(TARGET, PORT);
	kept = begin(&target);
	good = target;
	pid = fork();
	if (pid == 0) {
		alarm(20);
		await_peer(kept);
		_exit(0);
	}
	check_child(pid);
	begin(&good);
	await_peer(kept);
	return 0;
}
