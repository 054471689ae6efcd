/* SPDX-License-Identifier: MIT */
/*
 * connect(2) and signals, while the proxy takes its time.
 * script: read-greeting; delay 700; send 0500; read-request; reply 0; echo
 */
#include "victim.h"

#include <poll.h>
#include <signal.h>
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

int main(void)
{
	struct pollfd p = { .events = POLLOUT };
	int fd = tcp_socket();
	long start = now_ms();

	/* SA_RESTART: connect goes on. */
	in_ms(200, SA_RESTART);
	CHECK(connect4(fd, TARGET, PORT) == 0);
	CHECK(seen == 1);
	CHECK(now_ms() - start >= 600);
	talk(fd);
	close(fd);

	/* Without it: EINTR, and the socket never reads as connected. */
	fd = tcp_socket();
	in_ms(200, 0);
	start = now_ms();
	CHECK_FAILS(connect4(fd, TARGET, PORT), EINTR);
	CHECK(seen == 1);
	CHECK(now_ms() - start < 600);
	p.fd = fd;
	CHECK(poll(&p, 1, 3000) == 1);
	CHECK(p.revents & (POLLERR | POLLHUP));
	CHECK_FAILS(send(fd, "x", 1, MSG_NOSIGNAL), ECONNRESET);
	CHECK_FAILS(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	close(fd);

	/* Blocked, ignored: nothing has happened. */
	CHECK(signal(SIGALRM, SIG_IGN) != SIG_ERR);
	in_ms(200, 0);
	CHECK(signal(SIGALRM, SIG_IGN) != SIG_ERR);
	fd = tcp_socket();
	CHECK(connect4(fd, TARGET, PORT) == 0);
	talk(fd);
	return 0;
}
