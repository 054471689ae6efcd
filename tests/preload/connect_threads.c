/* SPDX-License-Identifier: MIT */
/*
 * connect(2) by 200 threads at once.
 * log-count: 200 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "victim.h"

#include <pthread.h>

#define THREADS 200

static pthread_barrier_t barrier;

static void *run(void *arg)
{
	pthread_barrier_wait(&barrier);
	use_network();
	return arg;
}

int main(void)
{
	pthread_t thread[THREADS];

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_create(&thread[i], NULL, run, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	return 0;
}
