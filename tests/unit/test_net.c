/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>

#include "libc/libc.h"
#include "libc/net.h"
#include "libc/sys.h"

#define COOKIE UINT64_C(0xfedcba9876543210)

/* What the kernel was asked, and what it says. */
static long called, args[6], answer;
static int failure, cancel_type;

static long fake_syscall(long number, ...)
{
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		args[i] = va_arg(ap, long);
	va_end(ap);
	called = number;
	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &cancel_type);
	pthread_setcanceltype(cancel_type, NULL);
	errno = failure != 0 ? failure : 99; /* success may leave dirt */
	return failure != 0 ? -1 : answer;
}

static void setup(void)
{
	libc_table.syscall = fake_syscall;
	net_set_cookie(COOKIE);
	answer = 5;
	failure = 0;
	memset(args, 0, sizeof(args));
	errno = 4711;
}

#define PTR(p) ((long)(intptr_t)(p))

START_TEST(test_socket)
{
	ck_assert_int_eq(net_socket(AF_INET6, SOCK_DGRAM, 17), 5);
	ck_assert_int_eq(called, SYS_socket);
	ck_assert_int_eq(args[0], AF_INET6);
	ck_assert_int_eq(args[1], SOCK_DGRAM);
	ck_assert_int_eq(args[2], 17);
	ck_assert_uint_eq((uint64_t)args[3], COOKIE);
	ck_assert_int_eq(errno, 4711);
}
END_TEST

START_TEST(test_connect)
{
	struct sockaddr sa = {0};

	ck_assert_int_eq(net_connect(3, &sa, 16), 5);
	ck_assert_int_eq(called, SYS_connect);
	ck_assert_int_eq(args[0], 3);
	ck_assert_int_eq(args[1], PTR(&sa));
	ck_assert_int_eq((int)args[2], 16);
	ck_assert_uint_eq((uint64_t)args[3], COOKIE);
	ck_assert_int_eq(errno, 4711);
}
END_TEST

/* All six arguments are taken: the cookie's low half is above the flags. */
START_TEST(test_sendto)
{
	static const int flags[] = {0, MSG_NOSIGNAL, MSG_FASTOPEN, -1};
	struct sockaddr sa = {0};

	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(net_sendto(3, "x", 1, flags[i], &sa, 16), 5);
		ck_assert_int_eq(called, SYS_sendto);
		ck_assert_int_eq(args[0], 3);
		ck_assert_int_eq(args[2], 1);
		ck_assert_int_eq((int)args[3], flags[i]);
		ck_assert_uint_eq((uint64_t)args[3] >> 32, (uint32_t)COOKIE);
		ck_assert_int_eq(args[4], PTR(&sa));
		ck_assert_int_eq((int)args[5], 16);
	}
	ck_assert_int_eq(errno, 4711);
}
END_TEST

START_TEST(test_sendmsg)
{
	struct msghdr msg = {0};

	ck_assert_int_eq(net_sendmsg(3, &msg, MSG_DONTWAIT), 5);
	ck_assert_int_eq(called, SYS_sendmsg);
	ck_assert_int_eq(args[0], 3);
	ck_assert_int_eq(args[1], PTR(&msg));
	ck_assert_int_eq((int)args[2], MSG_DONTWAIT);
	ck_assert_uint_eq((uint64_t)args[3], COOKIE);
	ck_assert_int_eq(errno, 4711);
}
END_TEST

START_TEST(test_sendmmsg)
{
	struct mmsghdr msgs[2] = {0};

	ck_assert_int_eq(net_sendmmsg(3, msgs, 2, MSG_DONTWAIT), 5);
	ck_assert_int_eq(called, SYS_sendmmsg);
	ck_assert_int_eq(args[0], 3);
	ck_assert_int_eq(args[1], PTR(msgs));
	ck_assert_int_eq((int)args[2], 2);
	ck_assert_int_eq((int)args[3], MSG_DONTWAIT);
	ck_assert_uint_eq((uint64_t)args[4], COOKIE);
	ck_assert_int_eq(errno, 4711);
}
END_TEST

START_TEST(test_errors)
{
	struct msghdr msg = {0};
	struct mmsghdr msgs[1] = {0};
	struct sockaddr sa = {0};

	failure = EMFILE;
	ck_assert_int_eq(net_socket(1, 1, 0), -EMFILE);
	failure = EINPROGRESS;
	ck_assert_int_eq(net_connect(3, &sa, 16), -EINPROGRESS);
	failure = EAGAIN;
	ck_assert_int_eq(net_sendto(3, "x", 1, 0, &sa, 16), -EAGAIN);
	ck_assert_int_eq(net_sendmsg(3, &msg, 0), -EAGAIN);
	ck_assert_int_eq(net_sendmmsg(3, msgs, 1, 0), -EAGAIN);
	ck_assert_int_eq(errno, 4711);
}
END_TEST

/* A result is a result, however large: sys() looks at -1 alone. */
START_TEST(test_sys)
{
	answer = -2;
	ck_assert_int_eq(sys(SYS_getppid), -2);
	answer = 1L << 40;
	ck_assert_int_eq(sys(SYS_getppid), 1L << 40);
	failure = EBADF;
	ck_assert_int_eq(sys_close(-1), -EBADF);
	ck_assert_int_eq(called, SYS_close);
	ck_assert_int_eq(sys_fcntl(3, F_DUPFD, 77), -EBADF);
	ck_assert_int_eq(args[2], 77);
	ck_assert_int_eq(sys_open("/x", O_RDONLY), -EBADF);
	ck_assert_int_eq((int)args[2], O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(errno, 4711);
}
END_TEST

static void *in_thread(void *arg)
{
	struct msghdr msg = {0};
	struct mmsghdr msgs[1] = {0};
	struct sockaddr sa = {0};
	int type;

	(void)arg;
	ck_assert(!__libc_single_threaded);
	for (int i = 0; i < 4; i++) {
		cancel_type = -1;
		switch (i) {
		case 0:
			net_connect(3, &sa, 16);
			break;
		case 1:
			net_sendto(3, "x", 1, 0, &sa, 16);
			break;
		case 2:
			net_sendmsg(3, &msg, 0);
			break;
		default:
			net_sendmmsg(3, msgs, 1, 0);
			break;
		}
		ck_assert_int_eq(cancel_type, PTHREAD_CANCEL_ASYNCHRONOUS);
		pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
		ck_assert_int_eq(type, PTHREAD_CANCEL_DEFERRED);
	}
	net_socket(1, 1, 0); /* socket(2) is no cancellation point */
	ck_assert_int_eq(cancel_type, PTHREAD_CANCEL_DEFERRED);
	return NULL;
}

START_TEST(test_cancellation_type)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, in_thread, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

/* Sanitizers do not expect a stack to be left in this way. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#endif

#ifndef SANITIZED

static void *send_for_ever(void *arg)
{
	char buf[65536] = "";
	struct iovec iov = {.iov_base = buf, .iov_len = sizeof(buf)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

	while (net_sendmsg(*(int *)arg, &msg, 0) > 0)
		;
	return NULL;
}

/* For real: a thread that waits in the kernel. */
START_TEST(test_cancelled)
{
	struct timespec moment = {.tv_nsec = 50000000};
	int pair[2];
	pthread_t thread;
	void *result;

	libc_table.syscall = syscall;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(
		pthread_create(&thread, NULL, send_for_ever, &pair[0]), 0);
	nanosleep(&moment, NULL);
	ck_assert_int_eq(pthread_cancel(thread), 0);
	ck_assert_int_eq(pthread_join(thread, &result), 0);
	ck_assert_ptr_eq(result, PTHREAD_CANCELED);
}
END_TEST

#endif

int main(void)
{
	Suite *s = suite_create("net");
	TCase *tc = tcase_create("net");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, test_socket);
	tcase_add_test(tc, test_connect);
	tcase_add_test(tc, test_sendto);
	tcase_add_test(tc, test_sendmsg);
	tcase_add_test(tc, test_sendmmsg);
	tcase_add_test(tc, test_errors);
	tcase_add_test(tc, test_sys);
	tcase_add_test(tc, test_cancellation_type);
#ifndef SANITIZED
	tcase_add_test(tc, test_cancelled);
#endif
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
