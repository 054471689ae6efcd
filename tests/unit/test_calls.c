/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/net.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/compiler.h"
#include "guard/calls.h"

/* A caller's memory, at an address of its own. */
#define BASE 0x10000u

static unsigned char memory[256];

static int read_memory(void *arg, uint64_t from, void *to, size_t n)
{
	(void)arg;
	if (from < BASE || from - BASE + n > sizeof(memory))
		return -EFAULT;
	memcpy(to, memory + (from - BASE), n);
	return 0;
}

static struct call decode(uint32_t arch, int nr, const uint64_t args[6])
{
	struct seccomp_data data = {.arch = arch, .nr = nr};
	struct call call;

	for (int i = 0; i < 6; i++)
		data.args[i] = args[i];
	ck_assert_int_eq(call_decode(&call, &data, read_memory, NULL), 0);
	return call;
}

static const struct {
	uint32_t arch;
	int nr;
	enum call_kind kind;
	bool compat;
} numbers[] = {
	{AUDIT_ARCH_X86_64, 42, CALL_CONNECT, false},
	{AUDIT_ARCH_X86_64, 44, CALL_SENDTO, false},
	{AUDIT_ARCH_X86_64, 46, CALL_SENDMSG, false},
	{AUDIT_ARCH_X86_64, 307, CALL_SENDMMSG, false},
	{AUDIT_ARCH_X86_64, 102, CALL_UNKNOWN, false}, /* getuid */
	{AUDIT_ARCH_I386, 362, CALL_CONNECT, true},
	{AUDIT_ARCH_I386, 369, CALL_SENDTO, true},
	{AUDIT_ARCH_I386, 370, CALL_SENDMSG, true},
	{AUDIT_ARCH_I386, 345, CALL_SENDMMSG, true},
	{AUDIT_ARCH_I386, 42, CALL_UNKNOWN, true}, /* pipe */
	{AUDIT_ARCH_AARCH64, 203, CALL_CONNECT, false},
	{AUDIT_ARCH_AARCH64, 206, CALL_SENDTO, false},
	{AUDIT_ARCH_AARCH64, 211, CALL_SENDMSG, false},
	{AUDIT_ARCH_AARCH64, 269, CALL_SENDMMSG, false},
	{AUDIT_ARCH_ARM, 283, CALL_CONNECT, true},
	{AUDIT_ARCH_ARM, 290, CALL_SENDTO, true},
	{AUDIT_ARCH_ARM, 296, CALL_SENDMSG, true},
	{AUDIT_ARCH_ARM, 374, CALL_SENDMMSG, true},
	{AUDIT_ARCH_S390X, 362, CALL_UNKNOWN, false},
};

START_TEST(test_numbers)
{
	const uint64_t args[6] = {7, 0x7fff00001000, 16, 0x40, 0x7fff00002000,
				  28};
	struct call call = decode(numbers[_i].arch, numbers[_i].nr, args);

	ck_assert_int_eq(call.kind, numbers[_i].kind);
	ck_assert_int_eq(call.compat, numbers[_i].compat);
	ck_assert_int_eq(call.fd, call.kind == CALL_UNKNOWN ? call.fd : 7);
	switch (call.kind) {
	case CALL_CONNECT:
		ck_assert_uint_eq(call.addr, args[1]);
		ck_assert_int_eq(call.addr_len, 16);
		break;
	case CALL_SENDTO:
		ck_assert_uint_eq(call.buf, args[1]);
		ck_assert_uint_eq(call.len, 16);
		ck_assert_int_eq(call.flags, 0x40);
		ck_assert_uint_eq(call.addr, args[4]);
		ck_assert_int_eq(call.addr_len, 28);
		break;
	case CALL_SENDMSG:
		ck_assert_uint_eq(call.msg, args[1]);
		ck_assert_uint_eq(call.count, 1);
		ck_assert_int_eq(call.flags, 16);
		break;
	case CALL_SENDMMSG:
		ck_assert_uint_eq(call.msg, args[1]);
		ck_assert_uint_eq(call.count, 16);
		ck_assert_int_eq(call.flags, 0x40);
		break;
	case CALL_SETSOCKOPT:
	case CALL_SOCKET:
	case CALL_UNKNOWN:
		break;
	}
}
END_TEST

/* A negative length must stay one: the kernel refuses it. */
START_TEST(test_signs)
{
	const uint64_t args[6] = {0xffffffff, BASE, 0xffffffff};
	struct call call = decode(AUDIT_ARCH_I386, 362, args);

	ck_assert_int_eq(call.fd, -1);
	ck_assert_int_eq(call.addr_len, -1);
}
END_TEST

START_TEST(test_socketcall)
{
	const uint32_t block[6] = {3, 0x1000, 5, 0x4000, 0x2000, 16};
	uint64_t args[6] = {SYS_SENDTO, BASE};
	struct seccomp_data data = {.arch = AUDIT_ARCH_I386, .nr = 102};
	struct call call;

	memcpy(memory, block, sizeof(block));
	call = decode(AUDIT_ARCH_I386, 102, args);
	ck_assert_int_eq(call.kind, CALL_SENDTO);
	ck_assert_int_eq(call.fd, 3);
	ck_assert_uint_eq(call.buf, 0x1000);
	ck_assert_uint_eq(call.len, 5);
	ck_assert_int_eq(call.flags, 0x4000);
	ck_assert_uint_eq(call.addr, 0x2000);
	ck_assert_int_eq(call.addr_len, 16);

	args[0] = SYS_SOCKET;
	call = decode(AUDIT_ARCH_I386, 102, args);
	ck_assert_int_eq(call.kind, CALL_SOCKET);
	ck_assert_int_eq(call.domain, 3);
	ck_assert_int_eq(call.type, 0x1000);
	ck_assert_int_eq(call.protocol, 5);

	args[0] = SYS_SETSOCKOPT;
	call = decode(AUDIT_ARCH_I386, 102, args);
	ck_assert_int_eq(call.kind, CALL_SETSOCKOPT);
	ck_assert_int_eq(call.fd, 3);
	ck_assert_int_eq(call.level, 0x1000);
	ck_assert_int_eq(call.option, 5);

	args[0] = SYS_LISTEN; /* the filter does not ask about it */
	ck_assert_int_eq(decode(AUDIT_ARCH_I386, 102, args).kind,
			 CALL_UNKNOWN);

	/* As many arguments as the call has, and no octet behind them. */
	args[0] = SYS_CONNECT;
	args[1] = BASE + sizeof(memory) - 12;
	ck_assert_int_eq(decode(AUDIT_ARCH_I386, 102, args).kind,
			 CALL_CONNECT);
	data.args[0] = SYS_SENDTO;
	data.args[1] = args[1];
	ck_assert_int_eq(call_decode(&call, &data, read_memory, NULL),
			 -EFAULT);
}
END_TEST

START_TEST(test_messages)
{
	const struct mmsghdr wide[2] = {
		{.msg_hdr = {.msg_name = (void *)0x1000,
			     .msg_namelen = 16,
			     .msg_iov = (void *)(uintptr_t)(BASE + 160),
			     .msg_iovlen = 2,
			     .msg_control = (void *)0x3000,
			     .msg_controllen = 24}},
		{.msg_hdr = {.msg_name = (void *)0x4000, .msg_namelen = 28}},
	};
	const struct iovec iov[2] = {{(void *)0x5000, 7}, {(void *)0x6000, 9}};
	const struct call call = {.kind = CALL_SENDMMSG, .msg = BASE,
				  .count = 2};
	struct call_msg msg;
	uint64_t base, len;

	memcpy(memory, wide, sizeof(wide));
	memcpy(memory + 160, iov, sizeof(iov));
	ck_assert_int_eq(call_msg_read(&msg, &call, 0, read_memory, NULL), 0);
	ck_assert_uint_eq(msg.name, 0x1000);
	ck_assert_int_eq(msg.namelen, 16);
	ck_assert_uint_eq(msg.control, 0x3000);
	ck_assert_uint_eq(msg.controllen, 24);
	ck_assert_uint_eq(msg.iovlen, 2);
	ck_assert_int_eq(call_iov_read(&msg, &call, 1, &base, &len,
				       read_memory, NULL),
			 0);
	ck_assert_uint_eq(base, 0x6000);
	ck_assert_uint_eq(len, 9);
	ck_assert_int_eq(call_msg_read(&msg, &call, 1, read_memory, NULL), 0);
	ck_assert_uint_eq(msg.name, 0x4000);
	ck_assert_uint_eq(call_msg_len_at(&call, 1), BASE + 64 + 56);
}
END_TEST

START_TEST(test_messages_of_32_bits)
{
	/* name, namelen, iov, iovlen, control, controllen, flags, len */
	const uint32_t narrow[2][8] = {
		{0x1000, 16, BASE + 160, 2, 0x3000, 12, 0, 0},
		{0x4000, 28, 0, 0, 0, 0, 0, 0},
	};
	const uint32_t iov[2][2] = {{0x5000, 7}, {0x6000, 9}};
	const struct call call = {.kind = CALL_SENDMMSG, .compat = true,
				  .msg = BASE, .count = 2};
	struct call_msg msg;
	uint64_t base, len;

	memcpy(memory, narrow, sizeof(narrow));
	memcpy(memory + 160, iov, sizeof(iov));
	ck_assert_int_eq(call_msg_read(&msg, &call, 0, read_memory, NULL), 0);
	ck_assert_uint_eq(msg.name, 0x1000);
	ck_assert_int_eq(msg.namelen, 16);
	ck_assert_uint_eq(msg.control, 0x3000);
	ck_assert_uint_eq(msg.controllen, 12);
	ck_assert_uint_eq(msg.iovlen, 2);
	ck_assert_int_eq(call_iov_read(&msg, &call, 1, &base, &len,
				       read_memory, NULL),
			 0);
	ck_assert_uint_eq(base, 0x6000);
	ck_assert_uint_eq(len, 9);
	ck_assert_int_eq(call_msg_read(&msg, &call, 1, read_memory, NULL), 0);
	ck_assert_uint_eq(msg.name, 0x4000);
	ck_assert_int_eq(msg.namelen, 28);
	ck_assert_uint_eq(call_msg_len_at(&call, 1), BASE + 32 + 28);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("calls");
	TCase *tc = tcase_create("calls");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_loop_test(tc, test_numbers, 0, ARRAY_SIZE(numbers));
	tcase_add_test(tc, test_signs);
	tcase_add_test(tc, test_socketcall);
	tcase_add_test(tc, test_messages);
	tcase_add_test(tc, test_messages_of_32_bits);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
