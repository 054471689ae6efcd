/* SPDX-License-Identifier: MIT */
/*
 * connect(2) interrupted by a handler with SA_RESTART, in a program that has
 * another one without, for another signal; and the other way round.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <sys/time.h>

static volatile sig_atomic_t seen, count;

static void handler(int sig)
{
	seen = sig;
	count++;
}

static void every_ms(int ms)
{
	struct itimerval it = { { 0, ms * 1000 }, { 0, ms * 1000 } };

	count = 0;
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0);
}

static int connect_slowly(int fd, enum target_end end)
{
	struct sockaddr_in sin = park(end);

	every_ms(100);
	return connect(fd, (struct sockaddr *)&sin, sizeof(sin));
}

int main(void)
{
	struct sigaction sa = { .sa_handler = handler };
	struct timeval limit = { 10, 0 };
	struct sockaddr_in good;
	long start = now_ms();
	int fd = tcp_socket();

	CHECK(sigaction(SIGUSR1, &sa, NULL) == 0);
	sa.sa_flags = SA_RESTART;
	CHECK(sigaction(SIGALRM, &sa, NULL) == 0);
	CHECK(connect_slowly(fd, WELL) == 0);
	CHECK(now_ms() - start >= PENDING_MS);
	CHECK(seen == SIGALRM && count >= 2);
	every_ms(0);
	CHECK_FAILS(connect4(fd, TARGET, PORT), EISCONN);
	talk(fd);
	CHECK(close(fd) == 0);

	CHECK(sigaction(SIGUSR1, &sa, NULL) == 0);
	sa.sa_flags = 0;
	CHECK(sigaction(SIGALRM, &sa, NULL) == 0);
	start = now_ms();
	fd = tcp_socket();
	CHECK_FAILS(connect_slowly(fd, WELL), EINTR);
	CHECK(now_ms() - start < PENDING_MS);
	every_ms(0);
	await_peer(fd);
	talk(fd);

	/* With a time-out nothing is restarted. */
	CHECK(sigaction(SIGUSR1, &sa, NULL) == 0);
	sa.sa_flags = SA_RESTART;
	CHECK(sigaction(SIGALRM, &sa, NULL) == 0);
	fd = tcp_socket();
	CHECK(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) ==
	      0);
	CHECK_FAILS(connect_slowly(fd, WELL), EINTR);
	every_ms(0);

	limit = (struct timeval){ 0, 100000 };
	good = park(WELL);
	fd = tcp_socket();
	CHECK(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) ==
	      0);
	begin_on(fd, &good);
	await_peer(fd);
	talk(fd);
	return 0;
}
