/* SPDX-License-Identifier: MIT */
/*
 * A program puts descriptors of its own wherever it likes while connections are
 * pending: they stay its own, and the connections come about. What it executes
 * then is proxied, too.
 * run: limit=8000
 * run: limit=8000:9000 args=exec
 * run: limit=300:300
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <pthread.h>
#include <sys/resource.h>

/* Asleep all the while. */
static void *in_poll(void *fd)
{
	await_peer(*(int *)fd);
	return NULL;
}

static void *in_send(void *fd)
{
	block(*(int *)fd);
	talk(*(int *)fd);
	return NULL;
}

int main(int argc, char **argv)
{
	struct sockaddr_in good;
	struct pollfd p = { .events = POLLOUT };
	struct rlimit limit;
	int fd, moved, blocking, ends[2];
	pthread_t sleeper[2];
	char c;

	if (argc > 1 && strcmp(argv[1], "executed") == 0) {
		use_network();
		return 0;
	}
	good = park(WELL);
	fd = begin(&good);
	moved = begin(&good);
	blocking = begin(&good);
	/* The descriptor that poll watches. */
	p.fd = fd;
	CHECK(poll(&p, 1, 10) == 0);
	CHECK(pthread_create(&sleeper[0], NULL, in_poll, &fd) == 0);
	CHECK(pthread_create(&sleeper[1], NULL, in_send, &blocking) == 0);
	CHECK(poll(&p, 1, 10) == 0);
	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK(pipe(ends) == 0);
	for (int i = ends[1] + 1; i < (int)limit.rlim_cur && i < 8000; i++) {
		CHECK(dup2(ends[1], i) == i);
		CHECK(fcntl(i, F_GETFD) >= 0);
	}
	/* Its number goes, too. */
	CHECK(dup2(moved, ends[1] + 1) == ends[1] + 1);
	CHECK(close(moved) == 0);
	CHECK(dup(ends[1]) == moved);
	moved = ends[1] + 1;
	for (int i = 0; i < 2; i++)
		CHECK(pthread_join(sleeper[i], NULL) == 0);
	await_peer(fd);
	await_peer(moved);
	block(fd);
	talk(fd);
	block(moved);
	talk(moved);
	CHECK(dup2(ends[1], moved) == moved);
	for (int i = ends[1] + 1; i < (int)limit.rlim_cur && i < 8000; i++) {
		CHECK(write(i, "x", 1) == 1);
		CHECK(read(ends[0], &c, 1) == 1 && c == 'x');
		CHECK(close(i) == 0);
		CHECK_FAILS(write(i, "x", 1), EBADF);
	}
	if (argc > 1)
		execl("/proc/self/exe", "hidden_taken", "executed",
		      (char *)NULL);
	return argc > 1;
}
