/* SPDX-License-Identifier: MIT */
/*
 * DOC: Theory of operation
 *
 *   arch is another                      -> ENOSYS
 *   native:  socket, cookie in args[3]   -> allow
 *            socket                      -> by family, below
 *            io_uring_setup              -> ENOSYS: a ring makes sockets and
 *                                           connects them past every filter
 *            nr -1                       -> allow: a tracer skipped the call,
 *                                           its result must stand
 *            nr of the x32 ABI           -> ENOSYS
 *   compat:  socket                      -> by family: 32-bit registers
 *                                           cannot carry the cookie
 *            socketcall(SYS_SOCKET, ..)  -> EACCES: its family is in memory,
 *                                           which a filter cannot read
 *            io_uring_setup              -> ENOSYS
 *   family:  AF_UNIX, AF_NETLINK, AF_ALG -> allow
 *            AF_INET, AF_INET6           -> EACCES
 *            others                      -> EAFNOSUPPORT
 *   all else                             -> allow
 *
 * The architecture comes first: a number means nothing without it. Numbers
 * are judged before arguments are loaded, with no opcodes but those that the
 * kernel emulates when it draws up its bitmap of calls that are always
 * allowed (kernel/seccomp.c, seccomp_is_const_allow): those never run this.
 */
#include "guard/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/net.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "base/compiler.h"
#include "libc/sys.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "the halves of an argument are found by their offsets");

const struct filter_arch filter_x86_64 = {
	.arch = AUDIT_ARCH_X86_64,
	.socket = 41,
	.io_uring_setup = 425,
	.other_abi = 0x40000000, /* __X32_SYSCALL_BIT */
	.compat_arch = AUDIT_ARCH_I386,
	.compat_socket = 359,
	.compat_io_uring_setup = 425,
	.compat_socketcall = 102,
};

const struct filter_arch filter_aarch64 = {
	.arch = AUDIT_ARCH_AARCH64,
	.socket = 198,
	.io_uring_setup = 425,
	.compat_arch = AUDIT_ARCH_ARM,
	.compat_socket = 281,
	.compat_io_uring_setup = 425,
};

#if defined(__x86_64__)
#define NATIVE filter_x86_64
#elif defined(__aarch64__)
#define NATIVE filter_aarch64
#else
#error "no table of system call numbers for this architecture"
#endif

/* Where a jump may lead. */
enum label {
	NEXT, /* the instruction that follows */
	COMPAT,
	SOCKET,
	SOCKETCALL,
	FAMILY,
	ALLOW,
	FAIL_ENOSYS,
	FAIL_EACCES,
	FAIL_EAFNOSUPPORT,
	LABEL_COUNT,
};

/* A program in the making: jumps hold labels until all are placed. */
struct builder {
	struct sock_filter *prog;
	size_t cap, len;
	size_t place[LABEL_COUNT];
};

static void emit(struct builder *b, uint16_t code, uint32_t k, enum label jt,
		 enum label jf)
{
	if (b->len < b->cap)
		b->prog[b->len] = (struct sock_filter){
			.code = code,
			.jt = (uint8_t)jt,
			.jf = (uint8_t)jf,
			.k = k,
		};
	b->len++;
}

static void place(struct builder *b, enum label label)
{
	b->place[label] = b->len;
}

static void load(struct builder *b, size_t offset)
{
	emit(b, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, NEXT, NEXT);
}

static void load_arg(struct builder *b, unsigned arg, unsigned high)
{
	load(b, offsetof(struct seccomp_data, args) + 8 * arg + 4 * high);
}

static void if_equal(struct builder *b, uint32_t k, enum label then,
		     enum label otherwise)
{
	emit(b, BPF_JMP | BPF_JEQ | BPF_K, k, then, otherwise);
}

static void verdict(struct builder *b, enum label label, uint32_t ret)
{
	place(b, label);
	emit(b, BPF_RET | BPF_K, ret, NEXT, NEXT);
}

/* From labels to distances; a jump only ever leads forward. */
static void link_jumps(struct builder *b)
{
	for (size_t i = 0; i < b->len; i++) {
		struct sock_filter *f = &b->prog[i];

		if (BPF_CLASS(f->code) != BPF_JMP)
			continue;
		f->jt = f->jt == NEXT ? 0 : (uint8_t)(b->place[f->jt] - i - 1);
		f->jf = f->jf == NEXT ? 0 : (uint8_t)(b->place[f->jf] - i - 1);
	}
}

size_t filter_build(struct sock_filter *prog, size_t cap, uint64_t cookie,
		    const struct filter_arch *arch)
{
	struct builder b = {.prog = prog, .cap = cap};

	load(&b, offsetof(struct seccomp_data, arch));
	if_equal(&b, arch->arch, NEXT, COMPAT);
	load(&b, offsetof(struct seccomp_data, nr));
	if_equal(&b, arch->socket, SOCKET, NEXT);
	if_equal(&b, arch->io_uring_setup, FAIL_ENOSYS, NEXT);
	if (arch->other_abi != 0) {
		if_equal(&b, (uint32_t)-1, ALLOW, NEXT);
		emit(&b, BPF_JMP | BPF_JGE | BPF_K, arch->other_abi,
		     FAIL_ENOSYS, NEXT);
	}
	emit(&b, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, NEXT, NEXT);

	place(&b, COMPAT);
	if_equal(&b, arch->compat_arch, NEXT, FAIL_ENOSYS);
	load(&b, offsetof(struct seccomp_data, nr));
	if_equal(&b, arch->compat_socket, FAMILY, NEXT);
	if (arch->compat_socketcall != 0)
		if_equal(&b, arch->compat_socketcall, SOCKETCALL, NEXT);
	if_equal(&b, arch->compat_io_uring_setup, FAIL_ENOSYS, ALLOW);

	place(&b, SOCKETCALL);
	if (arch->compat_socketcall != 0) {
		load_arg(&b, 0, 0);
		if_equal(&b, SYS_SOCKET, FAIL_EACCES, ALLOW);
	}

	place(&b, SOCKET);
	load_arg(&b, 3, 0);
	if_equal(&b, (uint32_t)cookie, NEXT, FAMILY);
	load_arg(&b, 3, 1);
	if_equal(&b, (uint32_t)(cookie >> 32), ALLOW, NEXT);

	/* The kernel takes the family as an int: the low half counts. */
	place(&b, FAMILY);
	load_arg(&b, 0, 0);
	if_equal(&b, AF_UNIX, ALLOW, NEXT);
	if_equal(&b, AF_NETLINK, ALLOW, NEXT);
	if_equal(&b, AF_ALG, ALLOW, NEXT);
	if_equal(&b, AF_INET, FAIL_EACCES, NEXT);
	if_equal(&b, AF_INET6, FAIL_EACCES, NEXT);

	verdict(&b, FAIL_EAFNOSUPPORT, SECCOMP_RET_ERRNO | EAFNOSUPPORT);
	verdict(&b, FAIL_EACCES, SECCOMP_RET_ERRNO | EACCES);
	verdict(&b, FAIL_ENOSYS, SECCOMP_RET_ERRNO | ENOSYS);
	verdict(&b, ALLOW, SECCOMP_RET_ALLOW);

	if (b.len > cap)
		return 0;
	link_jumps(&b);
	return b.len;
}

int filter_install(uint64_t cookie, bool *no_new_privs_set)
{
	struct sock_filter prog[FILTER_MAX];
	struct sock_fprog fprog = {.filter = prog};
	long err;

	*no_new_privs_set = false;
	fprog.len =
		(unsigned short)filter_build(prog, FILTER_MAX, cookie, &NATIVE);
	err = sys(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog);
	if (err != -EACCES)
		return (int)err;
	/*
	 * Without CAP_SYS_ADMIN the kernel wants the promise that no set-id
	 * program starts under a filter that it does not expect.
	 */
	err = sys(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (err != 0)
		return (int)err;
	*no_new_privs_set = true;
	return (int)sys(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog);
}
