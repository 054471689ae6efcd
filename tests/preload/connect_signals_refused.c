/* SPDX-License-Identifier: MIT */
/*
 * A blocking connect(2) that a signal has cut off, and that is refused in the end.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <sys/time.h>

static void handler(int sig)
{
	(void)sig;
}

static void in_ms(int ms)
{
	struct itimerval it = { .it_value = { 0, ms * 1000 } };
	struct sigaction sa = { .sa_handler = handler };

	CHECK(sigaction(SIGALRM, &sa, NULL) == 0);
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0);
}

int main(void)
{
	struct sockaddr_in bad = park(REFUSED), good;
	struct sockaddr *to = (struct sockaddr *)&bad;
	socklen_t len = sizeof(bad);
	struct pollfd p = { .events = POLLIN | POLLOUT };
	int fd[3];

	for (int i = 0; i < 3; i++) {
		fd[i] = tcp_socket();
		in_ms(100);
		CHECK_FAILS(connect(fd[i], to, len), EINTR);
	}
	/* A second call waits for it, and says so; a third one is a new one. */
	CHECK_FAILS(connect(fd[0], to, len), ECONNREFUSED);
	CHECK(so_error(fd[0]) == 0);
	/* It is asked after its end. */
	p.fd = fd[1];
	CHECK(poll(&p, 1, ENDED_MS) == 1);
	CHECK(p.revents == (POLLIN | POLLOUT | POLLERR | POLLHUP));
	CHECK(so_error(fd[1]) == ECONNREFUSED);
	CHECK(so_error(fd[1]) == 0);
	CHECK_FAILS(connect(fd[1], to, len), ECONNABORTED);
	/* Who has not asked is told by the call. */
	await_end(fd[2]);
	CHECK_FAILS(connect(fd[2], to, len), ECONNREFUSED);
	CHECK(so_error(fd[2]) == 0);

	good = park(WELL);
	to = (struct sockaddr *)&good;
	for (int i = 0; i < 3; i++) {
		CHECK(connect(fd[i], to, len) == 0);
		talk(fd[i]);
	}
	return 0;
}
