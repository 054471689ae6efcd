/* SPDX-License-Identifier: MIT */
/*
 * Signals: a handler without SA_RESTART ends the wait for a relay (EINTR), one
 * with it does not; handlers that send and receive on the socket in question
 * hang on nothing.
 * script: read-greeting; delay 400; send 0500; read-request; delay 400; relay
 * log-count: 0 no header
 */
#define ECHO_PORT 7037
#include "datagram.h"

#include <sys/time.h>

static volatile int count;
static int shared;

static void nothing(int sig)
{
	(void)sig;
	count++;
}

static void sends(int sig)
{
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);
	int saved = errno;
	char c;

	(void)sig;
	sendto(shared, "h", 1, MSG_DONTWAIT, (void *)&to, sizeof(to));
	recv(shared, &c, 1, MSG_DONTWAIT);
	count++;
	errno = saved;
}

static void handle(void (*handler)(int), int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };

	CHECK(sigaction(SIGALRM, &sa, NULL) == 0);
	count = 0;
}

static void alarm_in(long us, long every)
{
	struct itimerval t = { { 0, every }, { 0, us } };

	CHECK(setitimer(ITIMER_REAL, &t, NULL) == 0);
}

int main(void)
{
	struct sigaction other = { .sa_handler = nothing };
	int fd = udp_socket();

	handle(nothing, 0);
	alarm_in(200000, 0);
	CHECK_FAILS(send4(fd, "x", TARGET, ECHO_PORT), EINTR);
	CHECK(count == 1);
	ask(fd, "then");
	/* As always: SO_RCVTIMEO does not let it restart. */
	alarm_in(200000, 0);
	CHECK_FAILS(recv(fd, &(char){ 0 }, 1, 0), EINTR);

	/* Not though there is one without, which does not run. */
	CHECK(sigaction(SIGUSR1, &other, NULL) == 0);
	fd = udp_socket();
	handle(nothing, SA_RESTART);
	alarm_in(200000, 0);
	CHECK(send4(fd, "restarted", TARGET, ECHO_PORT) == 9);
	CHECK(count == 1);
	expect_text(fd, "restarted");

	shared = udp_socket();
	handle(sends, SA_RESTART);
	alarm_in(1000, 1000);
	for (int i = 0; i < 2000; i++) {
		char c;

		CHECK(send4(shared, "m", TARGET, ECHO_PORT) == 1);
		recv(shared, &c, 1, MSG_DONTWAIT);
		if (i % 100 == 0) {
			fd = udp_socket();
			CHECK(send4(fd, "m", TARGET, ECHO_PORT) == 1 ||
			      errno == EINTR);
			close(fd);
			i += i < 1900 ? 80 : 0;
		}
	}
	alarm_in(0, 0);
	CHECK(count > 10);
	return 0;
}
