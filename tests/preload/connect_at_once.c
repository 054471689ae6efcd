/* SPDX-License-Identifier: MIT */
/*
 * The first connects of a process, by several threads at once: each returns
 * without waiting for the proxy.
 * script: read-greeting; send 0500; read-request; delay 300; reply 0; echo
 */
#include "pending.h"

#include <pthread.h>

#define THREADS   6
#define CHILDREN  10
#define AT_ONCE_MS 250

static pthread_barrier_t barrier;

static void *connect_once(void *arg)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	long start;
	int fd;

	pthread_barrier_wait(&barrier);
	start = now_ms();
	fd = begin(&sin);
	CHECK(now_ms() - start < AT_ONCE_MS);
	await_peer(fd);
	CHECK(close(fd) == 0);
	return arg;
}

int main(void)
{
	pthread_t thread[THREADS];

	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			pthread_barrier_init(&barrier, NULL, THREADS);
			for (int j = 0; j < THREADS; j++)
				CHECK(pthread_create(&thread[j], NULL,
						     connect_once, NULL) == 0);
			for (int j = 0; j < THREADS; j++)
				CHECK(pthread_join(thread[j], NULL) == 0);
			_exit(0);
		}
		check_child(pid);
	}
	return 0;
}
