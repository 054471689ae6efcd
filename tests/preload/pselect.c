/* SPDX-License-Identifier: MIT */
/*
 * pselect(2): as select(2), with a mask of signals.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "selecting.h"

static volatile sig_atomic_t seen;

static void handler(int sig)
{
	seen = sig;
}

static int by_pselect(int n, fd_set *r, fd_set *w, fd_set *x, int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 }, before = t;
	int result = pselect(n, r, w, x, ms < 0 ? NULL : &t, NULL);

	CHECK(memcmp(&t, &before, sizeof(t)) == 0);
	return result;
}

int main(void)
{
	struct timespec t = { 0, 1000000000 }, ever = { INT64_MAX, 999999999 };
	struct sigaction sa = { .sa_handler = handler };
	struct sockaddr_in good;
	sigset_t mask, old;
	fd_set w;
	int fd;

	check_select(by_pselect);

	good = park(WELL);
	fd = begin(&good);
	FD_ZERO(&w);
	FD_SET(fd, &w);
	CHECK_FAILS(pselect(fd + 1, NULL, &w, NULL, &t, NULL), EINVAL);
	CHECK(FD_ISSET(fd, &w));

	/* A signal that only the mask lets in; SA_RESTART does not matter. */
	sa.sa_flags = SA_RESTART;
	CHECK(sigaction(SIGUSR1, &sa, NULL) == 0);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	CHECK(sigprocmask(SIG_BLOCK, &mask, &old) == 0);
	CHECK(raise(SIGUSR1) == 0);
	CHECK_FAILS(pselect(fd + 1, NULL, &w, NULL, NULL, &old), EINTR);
	CHECK(seen == SIGUSR1 && FD_ISSET(fd, &w));

	/* As good as for ever. */
	CHECK(pselect(fd + 1, NULL, &w, NULL, &ever, NULL) == 1);
	CHECK(FD_ISSET(fd, &w));
	return 0;
}
