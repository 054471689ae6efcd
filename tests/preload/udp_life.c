/* SPDX-License-Identifier: MIT */
/*
 * Datagrams from everywhere in a program's life, in surroundings that differ.
 * run:
 * run: LD_BIND_NOW=1
 * run: limit=32:64
 * run: preload=libjemalloc.so.2
 * run: preload=libtcmalloc_minimal.so.4
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 5 request cmd=3
 * log-count: 5 datagram
 * log-count: 0 no header
 */
#define ECHO_PORT 7036
#include "datagram.h"

#include <pthread.h>

static int constructed, handled;

static void use(void)
{
	int fd = udp_socket();

	ask(fd, "life");
	CHECK(close(fd) == 0);
}

__attribute__((constructor)) static void construct(void)
{
	use();
	constructed = 1;
}

__attribute__((destructor)) static void destruct(void)
{
	use();
}

static void *thread(void *arg)
{
	use();
	return arg;
}

static void handler(int sig)
{
	int saved = errno;

	(void)sig;
	use();
	handled = 1;
	errno = saved;
}

int main(void)
{
	pthread_t t;
	pid_t pid;

	CHECK(constructed);
	CHECK(pthread_create(&t, NULL, thread, NULL) == 0);
	CHECK(pthread_join(t, NULL) == 0);
	CHECK(signal(SIGUSR1, handler) != SIG_ERR);
	CHECK(raise(SIGUSR1) == 0 && handled);
	pid = fork();
	if (pid == 0) {
		use();
		_exit(0);
	}
	check_child(pid);
	return 0;
}
