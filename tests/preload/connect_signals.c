/* SPDX-License-Identifier: MIT */
/*
 * connect(2) and signals, while it takes its time: SA_RESTART restarts it; without
 * it it fails with EINTR, and goes on in the background.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <sys/time.h>

static volatile sig_atomic_t seen;

static void handler(int sig)
{
	(void)sig;
	seen++;
}

static void in_ms(int ms, int flags)
{
	struct itimerval it = { .it_value = { 0, ms * 1000 } };
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };

	CHECK(sigaction(SIGALRM, &sa, NULL) == 0);
	seen = 0;
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0);
}

static struct sockaddr_in target;

static int connect_target(int fd)
{
	return connect(fd, (struct sockaddr *)&target, sizeof(target));
}

int main(void)
{
	struct pollfd p = { .events = POLLOUT };
	int fd = tcp_socket();
	long start;

	/* SA_RESTART: connect goes on. */
	target = park(WELL);
	start = now_ms();
	in_ms(200, SA_RESTART);
	CHECK(connect_target(fd) == 0);
	CHECK(seen == 1);
	CHECK(now_ms() - start >= PENDING_MS);
	talk(fd);
	close(fd);

	/* Without it: EINTR; the connection comes about all the same. */
	target = park(WELL);
	p.fd = fd = tcp_socket();
	in_ms(200, 0);
	start = now_ms();
	CHECK_FAILS(connect_target(fd), EINTR);
	CHECK(seen == 1);
	CHECK(now_ms() - start < PENDING_MS);
	CHECK(poll(&p, 1, 0) == 0);
	CHECK(so_error(fd) == 0);
	CHECK_FAILS(send(fd, "x", 1, MSG_DONTWAIT), EAGAIN);
	in_ms(50, 0);
	CHECK_FAILS(send(fd, "x", 1, 0), EINTR);
	CHECK(poll(&p, 1, ENDED_MS) == 1 && p.revents == POLLOUT);
	CHECK(so_error(fd) == 0);
	talk(fd);
	close(fd);

	/* A second call waits for the rest of it. */
	target = park(WELL);
	fd = tcp_socket();
	in_ms(100, 0);
	start = now_ms();
	CHECK_FAILS(connect_target(fd), EINTR);
	in_ms(100, 0);
	CHECK_FAILS(connect_target(fd), EINTR);
	CHECK(connect_target(fd) == 0);
	CHECK(now_ms() - start >= PENDING_MS);
	talk(fd);
	CHECK_FAILS(connect_target(fd), EISCONN);
	close(fd);

	/* Blocked, ignored: nothing has happened. */
	CHECK(signal(SIGALRM, SIG_IGN) != SIG_ERR);
	in_ms(200, 0);
	CHECK(signal(SIGALRM, SIG_IGN) != SIG_ERR);
	target = park(WELL);
	fd = tcp_socket();
	CHECK(connect_target(fd) == 0);
	talk(fd);
	return 0;
}
