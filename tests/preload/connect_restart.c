/* SPDX-License-Identifier: MIT */
/*
 * connect(2) interrupted by a handler with SA_RESTART, in a program that has
 * another one without, for another signal.
 * script: read-greeting; delay 700; send 0500; read-request; reply 0; echo
 */
#include "victim.h"

#include <signal.h>
#include <sys/time.h>

static volatile sig_atomic_t seen;

static void handler(int sig)
{
	seen = sig;
}

int main(void)
{
	struct itimerval it = { .it_value = { 0, 200000 } };
	struct sigaction sa = { .sa_handler = handler };
	int fd = tcp_socket();

	CHECK(sigaction(SIGUSR1, &sa, NULL) == 0);
	sa.sa_flags = SA_RESTART;
	CHECK(sigaction(SIGALRM, &sa, NULL) == 0);
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0);
	CHECK(connect4(fd, TARGET, PORT) == 0);
	CHECK(seen == SIGALRM);
	talk(fd);
	return 0;
}
