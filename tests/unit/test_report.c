/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libc/log.h"
#include "runs.h"
#include "sock/report.h"

static struct run *run;
static struct endpoint target;
static int lines; /* each line is a message of its own */

static void setup(void)
{
	struct socks_credentials *c;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	log_set_fd(pair[0]);
	lines = pair[1];
	run = runs_new("192.0.2.1:1080", "");
	c = &run->config.credentials;
	memcpy(c->username, "al\tice", c->username_len = 6);
	memcpy(c->password, "s3cret", c->password_len = 6);
	ck_assert(endpoint_parse(&target, "example.org:443", 0));
	errno = 4711;
}

/* The next line; "" if there is none. */
static const char *line(void)
{
	static char buf[LOG_LINE_MAX + 2];
	ssize_t n;

	ck_assert_int_eq(errno, 4711);
	n = recv(lines, buf, sizeof(buf) - 1, MSG_DONTWAIT);
	errno = 4711;
	if (n <= 0)
		return "";
	ck_assert_int_eq(buf[n - 1], '\n');
	buf[n - 1] = '\0';
	/* Never a secret, whatever happens. */
	ck_assert_ptr_null(strstr(buf, "s3cret"));
	return buf;
}

static void fails(enum socks_failure failure, uint8_t rep, int cause)
{
	report_connect(run, &target, socks_errno(failure, rep), failure, rep,
		       cause, 12);
}

static const struct {
	enum socks_failure failure;
	int cause;
	const char *line;
} faults[] = {
	{SOCKS_FAIL_UNREACHABLE, ECONNREFUSED,
	 "socksify: proxy proxy.example:1080 cannot be reached: Connection "
	 "refused (is it running, and is SOCKS_SERVER right?)"},
	/* The socket itself has no way there: no fault of the proxy. */
	{SOCKS_FAIL_UNREACHABLE, 0, ""},
	{SOCKS_FAIL_HTTP, 0,
	 "socksify: proxy proxy.example:1080 speaks HTTP, not SOCKS5 (name a "
	 "SOCKS5 server)"},
	{SOCKS_FAIL_VERSION4, 0,
	 "socksify: proxy proxy.example:1080 speaks SOCKS4, not SOCKS5 (name "
	 "a SOCKS5 server)"},
	{SOCKS_FAIL_METHOD, 0,
	 "socksify: proxy proxy.example:1080 accepts no authentication "
	 "offered (it takes no user name and password)"},
	/* What a terminal shows is no control character. */
	{SOCKS_FAIL_AUTH, 0,
	 "socksify: proxy proxy.example:1080 refused user 'al\\x09ice' (check "
	 "the user name and password)"},
	{SOCKS_FAIL_CLOSED_EARLY, 0,
	 "socksify: proxy proxy.example:1080 closes the connection at once "
	 "(is it a SOCKS5 server, and may you use it?)"},
	{SOCKS_FAIL_STALLED_EARLY, 0,
	 "socksify: proxy proxy.example:1080 accepts, but does not answer (is "
	 "it a SOCKS5 server, and may you use it?)"},
	/* These are about one destination: nothing is said. */
	{SOCKS_FAIL_REP, 0, ""},
	{SOCKS_FAIL_CLOSED, 0, ""},
	{SOCKS_FAIL_STALLED, 0, ""},
};

/* A fault of the proxy is told once in a run. */
START_TEST(test_faults)
{
	uint8_t rep = faults[_i].failure == SOCKS_FAIL_REP ? 5 : 0;

	fails(faults[_i].failure, rep, faults[_i].cause);
	ck_assert_str_eq(line(), faults[_i].line);
	fails(faults[_i].failure, rep, faults[_i].cause);
	ck_assert_str_eq(line(), "");
	ck_assert_uint_eq(run->failures, 2);
	ck_assert_uint_eq(run->connections, 0);
	/* Another fault is another line. */
	fails(SOCKS_FAIL_NOT_SOCKS, 0, 0);
	ck_assert_str_ne(line(), "");
}
END_TEST

START_TEST(test_remedy_without_credentials)
{
	run->config.credentials.username_len = 0;
	fails(SOCKS_FAIL_METHOD, 0, 0);
	ck_assert_str_eq(line(),
			 "socksify: proxy proxy.example:1080 accepts no "
			 "authentication offered (set SOCKS_USERNAME and "
			 "SOCKS_PASSWORD)");
}
END_TEST

START_TEST(test_quiet)
{
	run->config.quiet = true;
	for (int f = 0; f < SOCKS_FAIL_COUNT; f++)
		fails((enum socks_failure)f, 1, ECONNREFUSED);
	report_set_id(run, "/usr/bin/sudo");
	ck_assert_str_eq(line(), "");
}
END_TEST

START_TEST(test_silence)
{
	report_connect(run, &target, 0, SOCKS_FAIL_NONE, 0, 0, 12);
	report_direct(run, &target, 0);
	report_direct(run, &target, ECONNREFUSED);
	report_refused(run, &target, EACCES, " refused: ");
	report_refused(NULL, &target, ENETUNREACH, " refused: ");
	report_direct(NULL, &target, 0);
	ck_assert_str_eq(line(), "");
	ck_assert_uint_eq(run->connections, 1);
	ck_assert_uint_eq(run->failures, 0);
}
END_TEST

/* -v: each connection, by which process. */
static const char *said(void)
{
	char begin[32];
	const char *text = line();

	snprintf(begin, sizeof(begin), "socksify[%d]: ", (int)getpid());
	errno = 4711;
	ck_assert_msg(strncmp(text, begin, strlen(begin)) == 0, "%s", text);
	return text + strlen(begin);
}

START_TEST(test_verbose)
{
	run->config.verbose = true;
	report_connect(run, &target, 0, SOCKS_FAIL_NONE, 0, 0, 12);
	ck_assert_str_eq(said(), "connect example.org:443 by proxy: ok, 12 ms");
	for (int i = 0; i < 2; i++) {
		fails(SOCKS_FAIL_REP, 5, 0);
		ck_assert_str_eq(said(),
				 "connect example.org:443 by proxy: Connection "
				 "refused (proxy proxy.example:1080 reports "
				 "that the host refuses), 12 ms");
		fails(SOCKS_FAIL_AUTH, 0, 0);
		ck_assert_str_eq(said(),
				 "connect example.org:443 by proxy: Network is "
				 "unreachable (proxy proxy.example:1080 "
				 "refused user 'al\\x09ice'), 12 ms");
	}
	fails(SOCKS_FAIL_UNREACHABLE, 0, 0);
	ck_assert_str_eq(said(),
			 "connect example.org:443 by proxy: Network is "
			 "unreachable (proxy proxy.example:1080 cannot be "
			 "reached: this socket has no way to its address), "
			 "12 ms");
	report_direct(run, &target, 0);
	ck_assert_str_eq(said(), "connect example.org:443 direct: ok");
	report_direct(run, &target, ECONNREFUSED);
	ck_assert_str_eq(said(),
			 "connect example.org:443 direct: Connection refused");
	report_refused(run, &target, EACCES, " refused: ");
	ck_assert_str_eq(said(),
			 "connect example.org:443 refused: Permission denied");
	report_direct(run, &target, 99999);
	ck_assert_str_eq(said(),
			 "connect example.org:443 direct: unknown error");
	ck_assert_str_eq(line(), "");
}
END_TEST

START_TEST(test_longest_names)
{
	char name[ENDPOINT_NAME_MAX];

	memset(name, '\n', sizeof(name));
	ck_assert(endpoint_set_name(&target, name, sizeof(name)));
	run->config.server = target;
	run->config.verbose = true;
	fails(SOCKS_FAIL_AUTH, 0, 0);
	ck_assert_ptr_null(strchr(said(), '\n'));
}
END_TEST

START_TEST(test_set_id)
{
	report_set_id(run, "/bin/s\033u");
	ck_assert_str_eq(line(),
			 "socksify: /bin/s\\x1bu is a set-id program and gains "
			 "no privileges here: see --guard=off");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("report");
	TCase *tc = tcase_create("report");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, test_faults, 0,
			    sizeof(faults) / sizeof(faults[0]));
	tcase_add_test(tc, test_remedy_without_credentials);
	tcase_add_test(tc, test_quiet);
	tcase_add_test(tc, test_silence);
	tcase_add_test(tc, test_verbose);
	tcase_add_test(tc, test_longest_names);
	tcase_add_test(tc, test_set_id);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
