/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libc/log.h"

/* Each write is a message of its own. */
static int pair[2];

static void setup(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	log_set_fd(pair[0]);
}

static void say(const char *what, size_t n)
{
	static char buf[4 * LOG_LINE_MAX];
	struct text t;

	text_init(&t, buf, sizeof(buf));
	text_mem(&t, what, n);
	errno = 4711;
	log_line(&t);
	ck_assert_int_eq(errno, 4711);
}

START_TEST(test_line)
{
	char buf[100];

	say("one", 3);
	say("", 0);
	say("three", 5);
	ck_assert_int_eq(read(pair[1], buf, sizeof(buf)), 4);
	ck_assert_mem_eq(buf, "one\n", 4);
	ck_assert_int_eq(read(pair[1], buf, sizeof(buf)), 1);
	ck_assert_int_eq(buf[0], '\n');
	ck_assert_int_eq(read(pair[1], buf, sizeof(buf)), 6);
	ck_assert_mem_eq(buf, "three\n", 6);
}
END_TEST

START_TEST(test_long_line)
{
	static char what[2 * LOG_LINE_MAX], buf[4 * LOG_LINE_MAX];

	memset(what, 'x', sizeof(what));
	for (size_t n = LOG_LINE_MAX - 1; n <= LOG_LINE_MAX + 1; n++) {
		size_t kept = n < LOG_LINE_MAX ? n : LOG_LINE_MAX;

		say(what, n);
		ck_assert_int_eq(read(pair[1], buf, sizeof(buf)),
				 (ssize_t)kept + 1);
		ck_assert_mem_eq(buf, what, kept);
		ck_assert_int_eq(buf[kept], '\n');
	}
}
END_TEST

START_TEST(test_nowhere)
{
	char buf[10];

	log_set_fd(-1);
	say("x", 1);
	ck_assert_int_eq(recv(pair[1], buf, sizeof(buf), MSG_DONTWAIT), -1);
	log_set_fd(pair[0]);
	close(pair[0]);
	say("x", 1); /* EBADF is no more than that */
}
END_TEST

static bool sigpipe_is(int (*what)(sigset_t *))
{
	sigset_t set;

	ck_assert_int_eq(what(&set), 0);
	return sigismember(&set, SIGPIPE);
}

static int blocked(sigset_t *set)
{
	return sigprocmask(SIG_SETMASK, NULL, set);
}

static void break_pipe(void)
{
	int p[2];

	ck_assert_int_eq(pipe(p), 0);
	close(p[0]);
	log_set_fd(p[1]);
	signal(SIGPIPE, SIG_DFL);
}

/* The reader is gone: the program must not die of our line, */
START_TEST(test_sigpipe)
{
	break_pipe();
	say("x", 1);
	ck_assert(!sigpipe_is(blocked));
}
END_TEST

/* nor hear of it later, where it has the signal blocked, */
START_TEST(test_sigpipe_blocked)
{
	sigset_t set;

	break_pipe();
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
	say("x", 1);
	ck_assert(!sigpipe_is(sigpending));
	ck_assert(sigpipe_is(blocked));

	/* but a signal of its own stays. */
	raise(SIGPIPE);
	say("x", 1);
	ck_assert(sigpipe_is(sigpending));
	ck_assert(sigpipe_is(blocked));
}
END_TEST

/* A line that nobody reads is lost, and nobody waits. */
START_TEST(test_full)
{
	char buf[4096] = "";
	int p[2];

	ck_assert_int_eq(pipe(p), 0);
	fcntl(p[1], F_SETFL, O_NONBLOCK);
	while (write(p[1], buf, sizeof(buf)) > 0)
		;
	fcntl(p[1], F_SETFL, 0);
	log_set_fd(p[1]);
	say("x", 1);
	ck_assert_int_eq(read(p[0], buf, sizeof(buf)), sizeof(buf));
	say("y", 1);
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	for (char last = 0;; last = buf[0]) {
		ssize_t n = read(p[0], buf, sizeof(buf));

		if (n == sizeof(buf))
			continue;
		if (n < 0) {
			ck_assert_int_eq(last, 'y');
			break;
		}
		ck_assert_int_eq(n, 2);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("log");
	TCase *tc = tcase_create("log");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, test_line);
	tcase_add_test(tc, test_long_line);
	tcase_add_test(tc, test_nowhere);
	tcase_add_test(tc, test_sigpipe);
	tcase_add_test(tc, test_sigpipe_blocked);
	tcase_add_test(tc, test_full);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
