/* SPDX-License-Identifier: MIT */
/*
 * ppoll(2): as poll(2), with a mask of signals and finer time.
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
#include "polling.h"

static volatile sig_atomic_t seen;

static void handler(int sig)
{
	seen = sig;
}

static int by_ppoll(struct pollfd *fds, nfds_t n, int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 }, before = t;
	int r = ppoll(fds, n, ms < 0 ? NULL : &t, NULL);

	CHECK(memcmp(&t, &before, sizeof(t)) == 0);
	return r;
}

int main(void)
{
	struct timespec t = { 0, 1000000000 }, ever = { INT64_MAX, 999999999 };
	struct sigaction sa = { .sa_handler = handler };
	struct sockaddr_in good;
	struct pollfd p[1];
	sigset_t mask, old;
	long start;

	check_poll(by_ppoll);

	good = park(WELL);
	p[0] = (struct pollfd){ .fd = begin(&good), .events = POLLOUT };
	CHECK_FAILS(ppoll(p, 1, &t, NULL), EINVAL);
	t = (struct timespec){ -1, 0 };
	CHECK_FAILS(ppoll(p, 1, &t, NULL), EINVAL);
	t = (struct timespec){ 0, -1 };
	CHECK_FAILS(ppoll(p, 1, &t, NULL), EINVAL);
	CHECK_FAILS(ppoll(p, 1, NULL, (sigset_t *)8), EFAULT);

	/* A signal that only the mask lets in; SA_RESTART does not matter. */
	sa.sa_flags = SA_RESTART;
	CHECK(sigaction(SIGUSR1, &sa, NULL) == 0);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	CHECK(sigprocmask(SIG_BLOCK, &mask, &old) == 0);
	CHECK(raise(SIGUSR1) == 0);
	t = (struct timespec){ 0, 1000000 };
	CHECK(ppoll(p, 1, &t, NULL) == 0 && seen == 0);
	CHECK_FAILS(ppoll(p, 1, NULL, &old), EINTR);
	CHECK(seen == SIGUSR1);
	CHECK(p[0].revents == 0);

	/* As good as for ever. */
	start = now_ms();
	CHECK(ppoll(p, 1, &ever, NULL) == 1 && p[0].revents == POLLOUT);
	CHECK(now_ms() - start >= PENDING_MS / 2);
	return 0;
}
