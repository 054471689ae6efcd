/* SPDX-License-Identifier: MIT */
/*
 * The network used from everywhere in a program's life, in surroundings that
 * differ: other allocators, immediate binding, small limits.
 * run:
 * run: LD_BIND_NOW=1
 * run: limit=32:64
 * run: preload=libjemalloc.so.2
 * run: preload=libtcmalloc_minimal.so.4
 * run: preload=libjemalloc.so.2 LD_BIND_NOW=1
 * run: MALLOC_PERTURB_=165 MALLOC_CHECK_=3
 * log-count: 6 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 * log-count: 1 request cmd=1 atyp=3 host=web\.test port=80$
 */
#include "victim.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>

static int constructed, handled;

__attribute__((constructor)) static void construct(void)
{
	use_network();
	constructed = 1;
}

static void *thread(void *arg)
{
	use_network();
	return arg;
}

static void handler(int sig)
{
	int saved = errno;

	(void)sig;
	use_network();
	handled = 1;
	errno = saved;
}

static void by_name(void)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *ai;
	int fd = tcp_socket();

	CHECK(getaddrinfo("web.test", "80", &want, &ai) == 0);
	CHECK(connect(fd, ai->ai_addr, ai->ai_addrlen) == 0);
	freeaddrinfo(ai);
	talk(fd);
	close(fd);
}

int main(void)
{
	pthread_t t;
	pid_t pid;

	CHECK(constructed);
	use_network();
	by_name();
	CHECK(pthread_create(&t, NULL, thread, NULL) == 0);
	CHECK(pthread_join(t, NULL) == 0);
	CHECK(signal(SIGUSR1, handler) != SIG_ERR);
	CHECK(raise(SIGUSR1) == 0 && handled);
	pid = fork();
	if (pid == 0) {
		use_network();
		_exit(0);
	}
	check_child(pid);
	pid = vfork();
	if (pid == 0) {
		use_network();
		_exit(0);
	}
	check_child(pid);
	return 0;
}
