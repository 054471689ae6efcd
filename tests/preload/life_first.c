/* SPDX-License-Identifier: MIT */
/*
 * The very first use of the network, and of the library, in each place: a
 * signal handler that interrupts malloc(3), a thread, a child of vfork(2)
 * whose parent goes on, a child of fork(2) made by a program with threads.
 * run: args=signal
 * run: args=thread
 * run: args=vfork
 * run: args=fork
 * run: args=clone
 * log-count: 2 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "victim.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

static volatile sig_atomic_t handled;

static void *use(void *arg)
{
	use_network();
	return arg;
}

static void handler(int sig)
{
	(void)sig;
	use_network();
	handled = 1;
}

static void from_signal(void)
{
	CHECK(signal(SIGALRM, handler) != SIG_ERR);
	ualarm(20000, 0);
	while (!handled)
		free(malloc(100 + (size_t)rand() % 100000));
	use_network();
}

static void from_thread(void)
{
	pthread_t t;

	CHECK(pthread_create(&t, NULL, use, NULL) == 0);
	CHECK(pthread_join(t, NULL) == 0);
	use_network();
}

static void from_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		use_network();
		_exit(0);
	}
	check_child(pid);
	use_network();
}

static void *allocate(void *arg)
{
	for (;;)
		free(malloc(100 + (size_t)rand() % 1000));
	return arg;
}

static void from_fork(void)
{
	pthread_t t;
	pid_t pid;

	CHECK(pthread_create(&t, NULL, allocate, NULL) == 0);
	usleep(10000);
	pid = fork();
	if (pid == 0) {
		use_network();
		_exit(0);
	}
	check_child(pid);
	use_network();
}

static int cloned(void *arg)
{
	use_network();
	(void)arg;
	return 0;
}

/* A process that shares memory, and goes on beside us. */
static void from_clone(void)
{
	static char stack[256 * 1024] __attribute__((aligned(16)));

	check_child(clone(cloned, stack + sizeof(stack), CLONE_VM | SIGCHLD,
			  NULL));
	use_network();
}

int main(int argc, char **argv)
{
	CHECK(argc == 2);
	switch (argv[1][0]) {
	case 's':
		from_signal();
		break;
	case 't':
		from_thread();
		break;
	case 'v':
		from_vfork();
		break;
	case 'f':
		from_fork();
		break;
	default:
		from_clone();
	}
	return 0;
}
