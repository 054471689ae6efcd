/* SPDX-License-Identifier: MIT */
/*
 * Threads that are cancelled while they wait for a pending connection leave
 * nothing behind: no descriptor, and nothing that others would need. Nor does
 * a wait that has been long enough.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <dirent.h>
#include <pthread.h>

#define THREADS 100

static void *in_poll(void *fd)
{
	await_end(*(int *)fd);
	return NULL;
}

static int descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	CHECK(dir != NULL);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

int main(void)
{
	struct sockaddr_in good = park(WELL);
	int before = descriptors(), fd = begin(&good), n;
	pthread_t thread[THREADS];
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	void *result;

	for (int i = 0; i < THREADS; i++) {
		CHECK(pthread_create(&thread[i], NULL, in_poll, &fd) == 0);
		/* One after the other, and many at once. */
		if (i < THREADS / 2) {
			CHECK(poll(&p, 1, 1) == 0);
			CHECK(pthread_cancel(thread[i]) == 0);
		}
	}
	CHECK(poll(&p, 1, 20) == 0);
	for (int i = THREADS / 2; i < THREADS; i++)
		CHECK(pthread_cancel(thread[i]) == 0);
	for (int i = 0; i < THREADS; i++) {
		CHECK(pthread_join(thread[i], &result) == 0);
		CHECK(result == PTHREAD_CANCELED);
	}
	await_peer(fd);
	CHECK(close(fd) == 0);
	good = park(WELL);
	p.fd = begin(&good);
	CHECK(poll(&p, 1, 20) == 0);
	CHECK(close(p.fd) == 0);
	/* A thread that has nothing to do any more ends in a while. */
	for (int i = 0; (n = descriptors()) > before && i < 100; i++)
		poll(NULL, 0, 20);
	CHECK(n <= before + 1);
	return 0;
}
