/* SPDX-License-Identifier: MIT */
/*
 * pthread_cancel(3) of a thread in connect(2): it ends at once, and the
 * program goes on.
 * script: read-greeting; send 0500; read-request; stall; next
 * script: read-greeting; send 0500; read-request; reply 0; echo
 */
#include "victim.h"

#include <pthread.h>

static int cleaned;

static void clean(void *arg)
{
	close(*(int *)arg);
	cleaned = 1;
}

static void *run(void *arg)
{
	int fd = tcp_socket();

	pthread_cleanup_push(clean, &fd);
	connect4(fd, TARGET, PORT);
	pthread_cleanup_pop(1);
	return arg;
}

int main(void)
{
	pthread_t thread;
	void *result = NULL;
	long start;

	CHECK(pthread_create(&thread, NULL, run, NULL) == 0);
	usleep(300000);
	start = now_ms();
	CHECK(pthread_cancel(thread) == 0);
	CHECK(pthread_join(thread, &result) == 0);
	CHECK(result == PTHREAD_CANCELED && cleaned);
	CHECK(now_ms() - start < 1000);
	use_network();
	return 0;
}
