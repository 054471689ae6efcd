/* SPDX-License-Identifier: MIT */
/*
 * The program is run by a simulator of classic BPF against the same verdicts
 * written down in C, over random calls that favour the edges; then a child
 * installs it and tries real calls.
 */
#include <check.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"
#include "guard/filter.h"
#include "libc/sys.h"

#define COOKIE 0x9a3c55f011d7e24bull
#define CALLS  3000000

static struct sock_filter prog[FILTER_MAX];
static size_t prog_len;

static uint32_t simulate(const struct seccomp_data *d)
{
	uint32_t a = 0;

	for (size_t pc = 0; pc < prog_len; pc++) {
		const struct sock_filter *f = &prog[pc];

		switch (f->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			/* ck_assert would write to a pipe each time. */
			if (f->k + 4 > sizeof(*d))
				ck_abort_msg("load at %u", f->k);
			memcpy(&a, (const char *)d + f->k, 4);
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == f->k ? f->jt : f->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			pc += (a & f->k) != 0 ? f->jt : f->jf;
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= f->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			pc += a >= f->k ? f->jt : f->jf;
			break;
		case BPF_RET | BPF_K:
			return f->k;
		default:
			ck_abort_msg("opcode %x", f->code);
		}
	}
	ck_abort_msg("ran off the end");
	return 0;
}

static uint32_t deny(int err)
{
	return SECCOMP_RET_ERRNO | (uint32_t)err;
}

static uint32_t by_family(uint64_t arg)
{
	switch ((int)(uint32_t)arg) {
	case AF_UNIX:
	case AF_NETLINK:
	case AF_ALG:
		return SECCOMP_RET_ALLOW;
	case AF_INET:
	case AF_INET6:
		return deny(EACCES);
	default:
		return deny(EAFNOSUPPORT);
	}
}

#define ASK SECCOMP_RET_USER_NOTIF

static uint32_t by_kind(const struct seccomp_data *d)
{
	uint32_t protocol = (uint32_t)d->args[2];

	if ((uint32_t)d->args[0] != AF_INET && (uint32_t)d->args[0] != AF_INET6)
		return by_family(d->args[0]);
	switch (d->args[1] & 0xf) {
	case 1:
		return protocol == 0 || protocol == 6 || protocol == 262
			       ? SECCOMP_RET_ALLOW
			       : deny(EPROTONOSUPPORT);
	case 2:
		return protocol == 0 || protocol == 17 ? SECCOMP_RET_ALLOW
						       : deny(EACCES);
	default:
		return deny(EACCES);
	}
}

static bool is_addressed(const struct seccomp_data *d)
{
	return d->args[4] != 0 || (d->args[3] & 0x20000000) != 0;
}

static uint32_t by_option(const struct seccomp_data *d)
{
	uint32_t level = (uint32_t)d->args[1], name = (uint32_t)d->args[2];
	bool join = (level == 0 && (name == 35 || name == 39)) ||
		    (level == 41 && (name == 20 || name == 27)) ||
		    ((level == 0 || level == 41) && (name == 42 || name == 46));

	return join && d->args[5] != COOKIE ? deny(ENODEV) : SECCOMP_RET_ALLOW;
}

/* Only what differs where there is somebody to ask; 1: nothing does. */
static uint32_t notify_reference(const struct seccomp_data *d, bool x86)
{
	if (d->arch == (x86 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_AARCH64)) {
		if (d->nr == (x86 ? 42 : 203) || d->nr == (x86 ? 46 : 211))
			return d->args[3] == COOKIE ? SECCOMP_RET_ALLOW : ASK;
		if (d->nr == (x86 ? 307 : 269))
			return d->args[4] == COOKIE ? SECCOMP_RET_ALLOW : ASK;
		if (d->nr == (x86 ? 44 : 206))
			return !is_addressed(d) ||
					       d->args[3] >> 32 ==
						       (uint32_t)COOKIE
				       ? SECCOMP_RET_ALLOW
				       : ASK;
		if (d->nr == (x86 ? 54 : 208))
			return by_option(d);
		if (d->nr == (x86 ? 41 : 198))
			return d->args[3] == COOKIE ? SECCOMP_RET_ALLOW
						    : by_kind(d);
		return 1;
	}
	if (d->arch != (x86 ? AUDIT_ARCH_I386 : AUDIT_ARCH_ARM))
		return 1;
	if (d->nr == (x86 ? 366 : 294))
		return by_option(d);
	if (d->nr == (x86 ? 359 : 281))
		return by_kind(d);
	if (d->nr == (x86 ? 362 : 283) || d->nr == (x86 ? 370 : 296) ||
	    d->nr == (x86 ? 345 : 374))
		return ASK;
	if (d->nr == (x86 ? 369 : 290)) /* registers of 32 bits */
		return is_addressed(d) ? ASK : SECCOMP_RET_ALLOW;
	if (x86 && d->nr == 102) {
		switch ((uint32_t)d->args[0]) {
		case 1:
		case 3:
		case 11:
		case 14:
		case 16:
		case 20:
			return ASK;
		default:
			return SECCOMP_RET_ALLOW;
		}
	}
	return 1;
}

/* Numbers written out once more: the tables are tested too. */
static uint32_t reference(const struct seccomp_data *d, bool x86)
{
	if (d->arch == (x86 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_AARCH64)) {
		if (d->nr == (x86 ? 41 : 198))
			return d->args[3] == COOKIE ? SECCOMP_RET_ALLOW
						    : by_family(d->args[0]);
		if (d->nr == 425)
			return deny(ENOSYS);
		if (x86 && d->nr != -1 && ((uint32_t)d->nr & ~0x3fffffffu))
			return deny(ENOSYS);
		return SECCOMP_RET_ALLOW;
	}
	if (d->arch == (x86 ? AUDIT_ARCH_I386 : AUDIT_ARCH_ARM)) {
		if (d->nr == (x86 ? 359 : 281))
			return by_family(d->args[0]);
		if (x86 && d->nr == 102)
			return (uint32_t)d->args[0] == 1 ? deny(EACCES)
							 : SECCOMP_RET_ALLOW;
		return d->nr == 425 ? deny(ENOSYS) : SECCOMP_RET_ALLOW;
	}
	return deny(ENOSYS);
}

static uint64_t random64(void)
{
	return (uint64_t)random() << 42 ^ (uint64_t)random() << 21 ^
	       (uint64_t)random();
}

#define PICK(a) ((a)[(size_t)random() % ARRAY_SIZE(a)])

START_TEST(test_against_reference)
{
	static const uint64_t special[] = {
		0,
		1,
		2,
		10,
		16,
		17,
		38,
		40,
		0x100000002,
		3,
		11,
		20,
		0x80802,
		6,
		262,
		132,
		0x20000000,
		14,
		27,
		35,
		39,
		41,
		42,
		46,
		COOKIE << 32 | 0x4000,
		COOKIE << 32 | 0x20004000,
		0xffffffff,
		1ull << 63,
		~0ull,
		COOKIE,
		COOKIE + 1,
		COOKIE - 1,
		(uint32_t)COOKIE,
		COOKIE >> 32,
		COOKIE & ~0xffffffffull,
		COOKIE << 32,
		COOKIE << 32 | COOKIE >> 32,
		COOKIE ^ 1ull << 63,
		COOKIE ^ 1ull << 32,
	};
	static const int nrs[] = {
		41,
		42,
		44,
		46,
		307,
		203,
		206,
		211,
		269,
		362,
		369,
		370,
		345,
		283,
		290,
		296,
		374,
		54,
		208,
		366,
		294,
		198,
		359,
		281,
		102,
		425,
		0,
		40,
		424,
		426,
		-1,
		-2,
		0x3fffffff,
		0x40000000,
		0x40000000 | 41,
		0x40000000 | 425,
		0x7fffffff,
		(int)0x80000000,
		(int)0xfffffffe,
	};
	static const uint32_t arches[] = {AUDIT_ARCH_X86_64,
					  AUDIT_ARCH_I386,
					  AUDIT_ARCH_AARCH64,
					  AUDIT_ARCH_ARM,
					  0,
					  ~0u,
					  AUDIT_ARCH_RISCV64};
	const bool x86 = (_i & 1) == 0;
	const enum filter_mode mode = _i < 2 ? FILTER_DENY : FILTER_NOTIFY;
	unsigned hits[5] = {0};

	prog_len = filter_build(prog, FILTER_MAX, COOKIE,
				x86 ? &filter_x86_64 : &filter_aarch64, mode);
	ck_assert_uint_gt(prog_len, 0);
	srandom(1);
	for (int i = 0; i < CALLS; i++) {
		struct seccomp_data d = {.nr = PICK(nrs), .arch = PICK(arches)};
		uint32_t got, want;

		if (random() % 8 == 0)
			d.nr = (int)random64();
		for (int j = 0; j < 6; j++)
			d.args[j] = random() % 4 ? PICK(special) : random64();
		/* The kernel cuts them to what 32-bit registers hold. */
		if (d.arch == AUDIT_ARCH_I386 || d.arch == AUDIT_ARCH_ARM)
			for (int j = 0; j < 6; j++)
				d.args[j] = (uint32_t)d.args[j];
		got = simulate(&d);
		want = mode == FILTER_NOTIFY ? notify_reference(&d, x86) : 1;
		if (want == 1)
			want = reference(&d, x86);
		if (got != want)
			ck_abort_msg("nr %d arch %x args %llx %llx: %x not %x",
				     d.nr, d.arch, d.args[0], d.args[3], got,
				     want);
		hits[want == SECCOMP_RET_ALLOW	  ? 0
		     : want == deny(EACCES)	  ? 1
		     : want == deny(EAFNOSUPPORT) ? 2
		     : want == ASK		  ? 4
						  : 3]++;
	}
	for (int i = 0; i < (mode == FILTER_NOTIFY ? 5 : 4); i++)
		ck_assert_uint_gt(hits[i], CALLS / 4000);
}
END_TEST

START_TEST(test_capacity)
{
	const struct filter_arch *arch =
		(_i & 1) == 0 ? &filter_x86_64 : &filter_aarch64;
	const enum filter_mode mode = _i < 2 ? FILTER_DENY : FILTER_NOTIFY;
	struct sock_filter guarded[FILTER_MAX];
	size_t n = filter_build(prog, FILTER_MAX, COOKIE, arch, mode);

	memset(guarded, 0xa5, sizeof(guarded));
	for (size_t cap = 0; cap < n; cap++)
		ck_assert_uint_eq(filter_build(guarded, cap, COOKIE, arch, mode), 0);
	ck_assert_uint_eq(guarded[n - 1].k, 0xa5a5a5a5);
	ck_assert_uint_eq(filter_build(guarded, n, COOKIE, arch, mode), n);
	ck_assert_mem_eq(guarded, prog, n * sizeof(*prog));
}
END_TEST

static int make_socket(int family, uint64_t cookie)
{
	int fd = (int)sys(SYS_socket, family, SOCK_DGRAM, 0, cookie, 0, 0);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* Return: 0, or the number of the expectation that failed. */
static int try_real_calls(void)
{
	bool nnp = true;
	int n = 0;

#define EXPECT(c)                 \
	do {                      \
		n++;              \
		if (!(c))         \
			return n; \
	} while (0)
	EXPECT(make_socket(AF_INET, 0) == 0);
	EXPECT(filter_install(COOKIE, FILTER_DENY, &nnp) == 0);
	EXPECT(prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER);
	EXPECT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == nnp);
	EXPECT(nnp == (geteuid() != 0));
	EXPECT(make_socket(AF_INET, 0) == -EACCES);
	EXPECT(make_socket(AF_INET6, 0) == -EACCES);
	EXPECT(make_socket(AF_INET, COOKIE) == 0);
	EXPECT(make_socket(AF_INET, COOKIE + 1) == -EACCES);
	EXPECT(make_socket(AF_INET, COOKIE - 1) == -EACCES);
	EXPECT(make_socket(AF_INET, COOKIE ^ 1ull << 63) == -EACCES);
	EXPECT(make_socket(AF_INET, (uint32_t)COOKIE) == -EACCES);
	EXPECT(make_socket(AF_UNIX, 0) == 0);
	EXPECT(make_socket(AF_PACKET, 0) == -EAFNOSUPPORT);
	EXPECT(make_socket(AF_VSOCK, 0) == -EAFNOSUPPORT);
	EXPECT(make_socket(-1, 0) == -EAFNOSUPPORT);
	EXPECT(sys(SYS_io_uring_setup, 1, 0, 0) == -ENOSYS);
	EXPECT(sys(SYS_getpid) == getpid());
#ifdef __x86_64__
	EXPECT(sys(0x40000000 | SYS_getpid) == -ENOSYS);
#endif
	/* It is inherited, and may be stacked. */
	EXPECT(filter_install(COOKIE, FILTER_DENY, &nnp) == 0);
	EXPECT(make_socket(AF_INET, COOKIE) == 0);
	return 0;
}

/* With nobody there to answer, what would be asked is ENOSYS. */
static int try_notify(void)
{
	struct msghdr msg = {0};
	bool nnp = true;
	int n = 0, listener;

	EXPECT(filter_can_notify() == 0);
	listener = filter_install(COOKIE, FILTER_NOTIFY, &nnp);
	EXPECT(listener >= 0);
	EXPECT(nnp == (geteuid() != 0));
	EXPECT(filter_install(COOKIE, FILTER_NOTIFY, &nnp) == -EBUSY);
	EXPECT(close(listener) == 0);
	EXPECT(make_socket(AF_INET, 0) == 0);
	EXPECT(make_socket(AF_PACKET, 0) == -EAFNOSUPPORT);
	EXPECT(sys(SYS_socket, AF_INET, SOCK_RAW, 1, 0) == -EACCES);
	EXPECT(sys(SYS_connect, -1, NULL, 0, 0) == -ENOSYS);
	EXPECT(sys(SYS_connect, -1, NULL, 0, COOKIE + 1) == -ENOSYS);
	EXPECT(sys(SYS_connect, -1, NULL, 0, COOKIE) == -EBADF);
	EXPECT(sys(SYS_sendmsg, -1, &msg, 0, 0) == -ENOSYS);
	EXPECT(sys(SYS_sendmsg, -1, &msg, 0, COOKIE) == -EBADF);
	EXPECT(sys(SYS_sendmmsg, -1, NULL, 0, 0, 0) == -ENOSYS);
	EXPECT(sys(SYS_sendmmsg, -1, NULL, 0, 0, COOKIE) == -EBADF);
	EXPECT(sys(SYS_sendto, -1, NULL, 0, 0, NULL, 0) == -EBADF);
	EXPECT(sys(SYS_sendto, -1, NULL, 0, 0, &msg, 0) == -ENOSYS);
	EXPECT(sys(SYS_sendto, -1, NULL, 0, COOKIE << 32, &msg, 0) == -EBADF);
	EXPECT(sys(SYS_sendto, -1, NULL, 0, MSG_FASTOPEN, NULL, 0) == -ENOSYS);
	/* The deny filter may come on top. */
	EXPECT(filter_install(COOKIE, FILTER_DENY, &nnp) == 0);
	EXPECT(make_socket(AF_INET, 0) == -EACCES);
	return 0;
}

START_TEST(test_for_real)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		/* Both ways: as root, and as one who must give up set-id. */
		if ((_i & 1) != 0 && geteuid() == 0 && setuid(65534) != 0)
			_exit(200);
		_exit(_i < 2 ? try_real_calls() : try_notify());
	}
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_msg(WEXITSTATUS(status) == 0, "expectation %d",
		      WEXITSTATUS(status));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("filter");
	TCase *t = tcase_create("all");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 100);
	tcase_add_loop_test(t, test_against_reference, 0, 4);
	tcase_add_loop_test(t, test_capacity, 0, 4);
	tcase_add_loop_test(t, test_for_real, 0, 4);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
