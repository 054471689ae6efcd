/* SPDX-License-Identifier: MIT */
/*
 * While a thread is in connect(2), another one puts a file of its own in the
 * socket's place and sends a signal: that ends the call (Java does so), and
 * the file is left in peace. So it is without a signal, and where the thread
 * is in send(2); then the call comes to some end.
 * native: yes
 * run: args=0
 * run: args=SA_RESTART
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>

static struct sockaddr_in target;

static void handler(int sig)
{
	(void)sig;
}

struct call {
	int fd, result, error;
	sem_t begun;
};

static void *in_connect(void *arg)
{
	struct call *c = arg;

	sem_post(&c->begun);
	c->result = connect(c->fd, (struct sockaddr *)&target, sizeof(target));
	c->error = errno;
	return NULL;
}

/* The connect that it waits for has been begun before. */
static void *in_send(void *arg)
{
	struct call *c = arg;

	sem_post(&c->begun);
	send(c->fd, "ping", 4, 0);
	return NULL;
}

static struct call take(void *call(void *), int after_ms, bool tell)
{
	struct call c = { .fd = tcp_socket() };
	pthread_t thread;
	int ends[2];
	char b;

	CHECK(sem_init(&c.begun, 0, 0) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	target = park(WELL);
	if (call == in_send) {
		unblock(c.fd);
		begin_on(c.fd, &target);
		block(c.fd);
	}
	CHECK(pthread_create(&thread, NULL, call, &c) == 0);
	sem_wait(&c.begun);
	poll(NULL, 0, after_ms);
	CHECK(dup2(ends[0], c.fd) == c.fd);
	if (tell)
		CHECK(pthread_kill(thread, SIGUSR1) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
	/* Nothing has been written there, or read. */
	CHECK_FAILS(recv(ends[1], &b, 1, MSG_DONTWAIT), EAGAIN);
	CHECK(send(ends[1], "x", 1, 0) == 1);
	CHECK(recv(c.fd, &b, 1, MSG_DONTWAIT) == 1 && b == 'x');
	CHECK_FAILS(recv(c.fd, &b, 1, MSG_DONTWAIT), EAGAIN);
	close(c.fd);
	close(ends[0]);
	close(ends[1]);
	return c;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = handler };
	static const int after[] = { 5, 100, 200 };
	struct call c;
	long start;

	CHECK(sigaction(SIGUSR1, &sa, NULL) == 0);
	if (argc > 1 && strcmp(argv[1], "SA_RESTART") == 0) {
		sa.sa_flags = SA_RESTART;
		CHECK(sigaction(SIGUSR2, &sa, NULL) == 0);
	}
	for (int i = 0; i < 3; i++) {
		start = now_ms();
		c = take(in_connect, after[i], true);
		CHECK(c.result == -1 && c.error == EINTR);
		CHECK(now_ms() - start < PENDING_MS);
	}
	take(in_connect, 100, false);
	take(in_send, 100, false);
	return 0;
}
