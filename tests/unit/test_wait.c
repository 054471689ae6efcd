/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "libc/libc.h"
#include "sock/wait.h"

static void set_handler(int sig, void (*handler)(int), int flags)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};

	ck_assert_int_eq(sigaction(sig, &sa, NULL), 0);
}

/* Nobody else's handlers: check's own, a sanitizer's. */
static void setup(void)
{
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	errno = 4711;
}

static void handler(int sig)
{
	(void)sig;
}

/* A poll(2) that is interrupted @interrupts times, 20 ms into each. */
static int interrupts, calls, error, last_ms;

static int fake_poll(struct pollfd *p, nfds_t n, int ms)
{
	struct timespec moment = {.tv_nsec = 20000000};

	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(p->fd, 7);
	ck_assert_int_eq(p->events, POLLOUT);
	calls++;
	last_ms = ms;
	if (interrupts-- > 0) {
		nanosleep(&moment, NULL);
		errno = EINTR;
		return -1;
	}
	errno = error != 0 ? error : 99;
	return error != 0 ? -1 : 1;
}

static int wait_with(int n)
{
	int r;

	libc_table.poll = fake_poll;
	interrupts = n;
	calls = 0;
	r = sock_wait_poll(NULL, 7, POLLOUT, 1000);
	ck_assert_int_eq(errno, 4711);
	return r;
}

START_TEST(test_real)
{
	uint64_t start;
	int p[2];

	ck_assert_int_eq(pipe(p), 0);
	ck_assert_int_eq(sock_wait_poll(NULL, p[1], POLLOUT, 1000), 1);
	start = sock_now_ms();
	ck_assert_int_eq(sock_wait_poll(NULL, p[0], POLLIN, 30), 0);
	ck_assert_uint_ge(sock_now_ms() - start, 29);
	ck_assert_int_eq(write(p[1], "x", 1), 1);
	ck_assert_int_eq(sock_wait_poll(NULL, p[0], POLLIN, 1000), 1);
	ck_assert_int_eq(sock_wait_poll(NULL, p[0], POLLIN, 0), 1);
	ck_assert_int_eq(errno, 4711);
}
END_TEST

START_TEST(test_now)
{
	struct timespec t;
	uint64_t now = sock_now_ms();

	clock_gettime(CLOCK_MONOTONIC, &t);
	ck_assert_uint_le((uint64_t)t.tv_sec * 1000 +
				  (uint64_t)t.tv_nsec / 1000000 - now,
			  1000);
}
END_TEST

/* Any handler ends poll(2); whether it ends connect(2) is another matter. */
START_TEST(test_no_handler)
{
	set_handler(SIGUSR1, SIG_IGN, 0);
	ck_assert_int_eq(wait_with(0), 1);
	ck_assert_int_eq(calls, 1);
	ck_assert_int_eq(last_ms, 1000);
	ck_assert_int_eq(wait_with(3), -EINTR);
	ck_assert_int_eq(calls, 1);
	ck_assert(!sock_signal_interrupts());
	ck_assert(!sock_signals_differ());
	ck_assert_int_eq(errno, 4711);
}
END_TEST

START_TEST(test_restarting_handler)
{
	set_handler(SIGUSR1, handler, SA_RESTART);
	set_handler(SIGUSR2, handler, SA_RESTART | SA_SIGINFO);
	ck_assert(!sock_signal_interrupts());
	ck_assert(!sock_signals_differ());
	ck_assert_int_eq(errno, 4711);
}
END_TEST

START_TEST(test_interrupting_handler)
{
	set_handler(SIGUSR1, handler, SA_RESTART);
	set_handler(_i == 0 ? SIGUSR2 : _i == 1 ? 1 : NSIG - 1, handler,
		    _i == 2 ? SA_SIGINFO : 0);
	ck_assert(sock_signal_interrupts());
	ck_assert(sock_signals_differ());
	ck_assert_int_eq(errno, 4711);
}
END_TEST

START_TEST(test_interrupting_only)
{
	set_handler(SIGUSR2, handler, 0);
	ck_assert(sock_signal_interrupts());
	ck_assert(!sock_signals_differ());
	ck_assert_int_eq(errno, 4711);
}
END_TEST

START_TEST(test_error)
{
	error = ENOMEM;
	ck_assert_int_eq(wait_with(0), -ENOMEM);
	set_handler(SIGUSR1, handler, 0);
	ck_assert_int_eq(wait_with(0), -ENOMEM);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("wait");
	TCase *tc = tcase_create("wait");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, test_real);
	tcase_add_test(tc, test_now);
	tcase_add_test(tc, test_no_handler);
	tcase_add_test(tc, test_restarting_handler);
	tcase_add_loop_test(tc, test_interrupting_handler, 0, 3);
	tcase_add_test(tc, test_interrupting_only);
	tcase_add_test(tc, test_error);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
