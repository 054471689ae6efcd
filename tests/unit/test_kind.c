/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/compiler.h"
#include "libc/libc.h"
#include "sock/kind.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static const struct {
	int domain, type, protocol, result;
} allowed[] = {
	{AF_INET, SOCK_STREAM, 0, 0},
	{AF_INET, SOCK_STREAM, IPPROTO_TCP, 0},
	{AF_INET, SOCK_STREAM, IPPROTO_MPTCP, 0},
	{AF_INET6, SOCK_STREAM, 0, 0},
	{AF_INET6, SOCK_STREAM, IPPROTO_TCP, 0},
	{AF_INET6, SOCK_STREAM, IPPROTO_MPTCP, 0},
	{AF_INET, SOCK_DGRAM, 0, 0},
	{AF_INET, SOCK_DGRAM, IPPROTO_UDP, 0},
	{AF_INET6, SOCK_DGRAM, 0, 0},
	{AF_INET6, SOCK_DGRAM, IPPROTO_UDP, 0},
	{AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, 0},
	{AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0, 0},
	{AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP, 0},
	{AF_UNIX, SOCK_STREAM, 0, 0},
	{AF_UNIX, SOCK_SEQPACKET, 0, 0},
	{AF_UNIX, SOCK_RAW, 0, 0},
	{AF_UNIX, 99, 99, 0}, /* the kernel's to refuse */
	{AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, 0},
	{AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT, 0},
	{AF_ALG, SOCK_SEQPACKET, 0, 0},

	{AF_INET, SOCK_STREAM, IPPROTO_UDP, -EPROTONOSUPPORT},
	{AF_INET, SOCK_STREAM, IPPROTO_SCTP, -EPROTONOSUPPORT},
	{AF_INET6, SOCK_STREAM, 256, -EPROTONOSUPPORT},
	{AF_INET, SOCK_DGRAM, IPPROTO_TCP, -EPROTONOSUPPORT},
	{AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, -EPROTONOSUPPORT},
	{AF_INET, SOCK_DGRAM, IPPROTO_ICMP, -EACCES}, /* ping */
	{AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, -EACCES},
	{AF_INET, SOCK_RAW, IPPROTO_ICMP, -EACCES},
	{AF_INET, SOCK_RAW, IPPROTO_RAW, -EACCES},
	{AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP, -EACCES},
	{AF_INET, SOCK_PACKET, 0, -EACCES},
	{AF_INET, SOCK_SEQPACKET, 0, -ESOCKTNOSUPPORT},
	{AF_INET, SOCK_DCCP, 0, -ESOCKTNOSUPPORT},
	{AF_INET, 0, 0, -ESOCKTNOSUPPORT},
	{AF_PACKET, SOCK_RAW, 0, -EAFNOSUPPORT},
	{AF_PACKET, SOCK_DGRAM, 0, -EAFNOSUPPORT},
	{AF_VSOCK, SOCK_STREAM, 0, -EAFNOSUPPORT},
	{AF_BLUETOOTH, SOCK_RAW, 0, -EAFNOSUPPORT},
	{AF_XDP, SOCK_RAW, 0, -EAFNOSUPPORT},
	{AF_KEY, SOCK_RAW, 2, -EAFNOSUPPORT},
	{AF_UNSPEC, SOCK_STREAM, 0, -EAFNOSUPPORT},
	{-1, SOCK_STREAM, 0, -EAFNOSUPPORT},
	{9999, SOCK_STREAM, 0, -EAFNOSUPPORT},
};

START_TEST(test_allowed)
{
	errno = 4711;
	ck_assert_int_eq(sock_kind_allowed(allowed[_i].domain,
					   allowed[_i].type,
					   allowed[_i].protocol),
			 allowed[_i].result);
	ck_assert_int_eq(errno, 4711);
}
END_TEST

/* The kernel's answer, as some protocol; or an error. */
static int protocol, failure, level, option;

static int fake_getsockopt(int fd, int at, int name, void *value,
			   socklen_t *len)
{
	ck_assert_int_eq(fd, 7);
	ck_assert_uint_eq(*len, sizeof(int));
	level = at;
	option = name;
	errno = failure != 0 ? failure : 99; /* success may leave dirt */
	if (failure != 0)
		return -1;
	*(int *)value = protocol;
	return 0;
}

START_TEST(test_protocols)
{
	static const struct {
		int protocol, kind;
	} cases[] = {
		{IPPROTO_TCP, SOCK_TCP}, {IPPROTO_MPTCP, SOCK_TCP},
		{IPPROTO_UDP, SOCK_UDP}, {0, SOCK_PASS},
		{IPPROTO_ICMP, SOCK_OTHER}, {IPPROTO_RAW, SOCK_OTHER},
		{IPPROTO_SCTP, SOCK_OTHER}, {IPPROTO_UDPLITE, SOCK_OTHER},
	};

	libc_table.getsockopt = fake_getsockopt;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		protocol = cases[i].protocol;
		errno = 4711;
		ck_assert_int_eq(sock_kind(7), cases[i].kind);
		ck_assert_int_eq(errno, 4711);
		ck_assert_int_eq(level, SOL_SOCKET);
		ck_assert_int_eq(option, SO_PROTOCOL);
	}
}
END_TEST

START_TEST(test_errors)
{
	static const int errors[] = {EBADF, ENOTSOCK};

	libc_table.getsockopt = fake_getsockopt;
	failure = errors[_i];
	errno = 4711;
	ck_assert_int_eq(sock_kind(7), -errors[_i]);
	ck_assert_int_eq(errno, 4711);
}
END_TEST

START_TEST(test_real)
{
	int fd, pair[2];

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(sock_kind(fd), SOCK_TCP);
	close(fd);
	ck_assert_int_eq(sock_kind(fd), -EBADF);
	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	if (fd >= 0) /* a kernel without IPv6 */
		ck_assert_int_eq(sock_kind(fd), SOCK_UDP);
	fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	if (fd >= 0) /* or without MPTCP */
		ck_assert_int_eq(sock_kind(fd), SOCK_TCP);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(sock_kind(pair[0]), SOCK_PASS);
	ck_assert_int_eq(pipe(pair), 0);
	ck_assert_int_eq(sock_kind(pair[0]), -ENOTSOCK);
	ck_assert_int_eq(sock_kind(-1), -EBADF);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("kind");
	TCase *tc = tcase_create("kind");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_loop_test(tc, test_allowed, 0, ARRAY_SIZE(allowed));
	tcase_add_test(tc, test_protocols);
	tcase_add_loop_test(tc, test_errors, 0, 2);
	tcase_add_test(tc, test_real);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
