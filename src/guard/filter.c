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
 * With a supervisor to ask (FILTER_NOTIFY) sockets are had, and what may give
 * them an address is what is judged:
 *
 *   family:  AF_INET, AF_INET6           -> allow SOCK_STREAM of TCP and MPTCP
 *                                           and SOCK_DGRAM of UDP; others as
 *                                           EPROTONOSUPPORT or EACCES
 *   native:  connect, sendmsg, sendmmsg  -> allow with the cookie, else ask
 *            sendto                      -> allow with the cookie, and without
 *                                           address and MSG_FASTOPEN; else ask
 *   compat:  connect, sendmsg, sendmmsg, sendto with an address -> ask
 *            socketcall of these, of socket and of setsockopt -> ask
 *   both:    setsockopt that joins a group -> allow with the cookie, else ENODEV
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
#include <netinet/in.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "base/compiler.h"
#include "libc/sys.h"
#include "sock/group_join.h"

/* Younger than the headers may be. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "the halves of an argument are found by their offsets");

const struct filter_arch filter_x86_64 = {
	.arch = AUDIT_ARCH_X86_64,
	.socket = 41,
	.connect = 42,
	.sendto = 44,
	.sendmsg = 46,
	.sendmmsg = 307,
	.setsockopt = 54,
	.io_uring_setup = 425,
	.other_abi = 0x40000000, /* __X32_SYSCALL_BIT */
	.compat_arch = AUDIT_ARCH_I386,
	.compat_socket = 359,
	.compat_connect = 362,
	.compat_sendto = 369,
	.compat_sendmsg = 370,
	.compat_sendmmsg = 345,
	.compat_setsockopt = 366,
	.compat_io_uring_setup = 425,
	.compat_socketcall = 102,
};

const struct filter_arch filter_aarch64 = {
	.arch = AUDIT_ARCH_AARCH64,
	.socket = 198,
	.connect = 203,
	.sendto = 206,
	.sendmsg = 211,
	.sendmmsg = 269,
	.setsockopt = 208,
	.io_uring_setup = 425,
	.compat_arch = AUDIT_ARCH_ARM,
	.compat_socket = 281,
	.compat_connect = 283,
	.compat_sendto = 290,
	.compat_sendmsg = 296,
	.compat_sendmmsg = 374,
	.compat_setsockopt = 294,
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
	KIND,
	STREAM,
	DGRAM,
	SENDTO,
	SENDTO_ADDRESSED,
	MARKED_3, /* the cookie in args[3]? */
	MARKED_4,
	OPTION,
	JOIN_IPV4,
	JOIN_IPV6,
	JOIN,
	ALLOW,
	ASK,
	FAIL_ENOSYS,
	FAIL_EACCES,
	FAIL_EAFNOSUPPORT,
	FAIL_EPROTONOSUPPORT,
	FAIL_ENODEV,
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

/* Allowed if the whole cookie stands in args[@arg]. */
static void if_marked(struct builder *b, unsigned arg, uint64_t cookie,
		      enum label otherwise)
{
	load_arg(b, arg, 0);
	if_equal(b, (uint32_t)cookie, NEXT, otherwise);
	load_arg(b, arg, 1);
	if_equal(b, (uint32_t)(cookie >> 32), ALLOW, otherwise);
}

/* The most frequent first. */
static void ask_native(struct builder *b, const struct filter_arch *arch)
{
	if_equal(b, arch->sendto, SENDTO, NEXT);
	if_equal(b, arch->sendmsg, MARKED_3, NEXT);
	if_equal(b, arch->connect, MARKED_3, NEXT);
	if_equal(b, arch->sendmmsg, MARKED_4, NEXT);
	if_equal(b, arch->setsockopt, OPTION, NEXT);
}

static void ask_compat(struct builder *b, const struct filter_arch *arch)
{
	if_equal(b, arch->compat_connect, ASK, NEXT);
	if_equal(b, arch->compat_sendto, SENDTO, NEXT);
	if_equal(b, arch->compat_sendmsg, ASK, NEXT);
	if_equal(b, arch->compat_sendmmsg, ASK, NEXT);
	if_equal(b, arch->compat_setsockopt, OPTION, NEXT);
}

/* Behind the two labels of the cookie, ASK follows. */
static void judge_sends(struct builder *b, uint64_t cookie)
{
	place(b, SENDTO);
	load_arg(b, 4, 0);
	if_equal(b, 0, NEXT, SENDTO_ADDRESSED);
	load_arg(b, 4, 1);
	if_equal(b, 0, NEXT, SENDTO_ADDRESSED);
	load_arg(b, 3, 0);
	emit(b, BPF_JMP | BPF_JSET | BPF_K, MSG_FASTOPEN, SENDTO_ADDRESSED,
	     ALLOW);
	/* 32 bits of cookie are all that the flags have room for. */
	place(b, SENDTO_ADDRESSED);
	load_arg(b, 3, 1);
	if_equal(b, (uint32_t)cookie, ALLOW, ASK);

	place(b, MARKED_3);
	if_marked(b, 3, cookie, ASK);
	place(b, MARKED_4);
	if_marked(b, 4, cookie, ASK);
}

/* To join a group is to send: ENODEV is what preload/multicast says, too. */
static void judge_option(struct builder *b, uint64_t cookie)
{
	place(b, OPTION);
	load_arg(b, 1, 0);
	if_equal(b, IPPROTO_IP, JOIN_IPV4, NEXT);
	if_equal(b, IPPROTO_IPV6, JOIN_IPV6, ALLOW);
	place(b, JOIN_IPV4);
	load_arg(b, 2, 0);
	for (size_t i = 0; i < ARRAY_SIZE(group_joins_ipv4); i++)
		if_equal(b, (uint32_t)group_joins_ipv4[i], JOIN, NEXT);
	emit(b, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, NEXT, NEXT);
	place(b, JOIN_IPV6);
	load_arg(b, 2, 0);
	for (size_t i = 0; i < ARRAY_SIZE(group_joins_ipv6); i++)
		if_equal(b, (uint32_t)group_joins_ipv6[i], JOIN, NEXT);
	emit(b, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, NEXT, NEXT);
	place(b, JOIN);
	if_marked(b, 5, cookie, FAIL_ENODEV);
	verdict(b, FAIL_ENODEV, SECCOMP_RET_ERRNO | ENODEV);
}

/* Which inet sockets may be had where their addresses are asked about */
static void judge_kind(struct builder *b)
{
	place(b, KIND);
	load_arg(b, 1, 0);
	emit(b, BPF_ALU | BPF_AND | BPF_K, 0xf, NEXT, NEXT); /* SOCK_TYPE_MASK */
	if_equal(b, SOCK_STREAM, STREAM, NEXT);
	if_equal(b, SOCK_DGRAM, DGRAM, FAIL_EACCES);
	place(b, STREAM);
	load_arg(b, 2, 0);
	if_equal(b, 0, ALLOW, NEXT);
	if_equal(b, IPPROTO_TCP, ALLOW, NEXT);
	if_equal(b, IPPROTO_MPTCP, ALLOW, FAIL_EPROTONOSUPPORT);
	place(b, DGRAM);
	load_arg(b, 2, 0);
	if_equal(b, 0, ALLOW, NEXT);
	if_equal(b, IPPROTO_UDP, ALLOW, FAIL_EACCES);
}

static void judge_socketcall(struct builder *b, bool ask)
{
	place(b, SOCKETCALL);
	load_arg(b, 0, 0);
	if (!ask) {
		if_equal(b, SYS_SOCKET, FAIL_EACCES, ALLOW);
		return;
	}
	if_equal(b, SYS_SOCKET, ASK, NEXT);
	if_equal(b, SYS_CONNECT, ASK, NEXT);
	if_equal(b, SYS_SENDTO, ASK, NEXT);
	if_equal(b, SYS_SENDMSG, ASK, NEXT);
	if_equal(b, SYS_SENDMMSG, ASK, NEXT);
	if_equal(b, SYS_SETSOCKOPT, ASK, ALLOW);
}

size_t filter_build(struct sock_filter *prog, size_t cap, uint64_t cookie,
		    const struct filter_arch *arch, enum filter_mode mode)
{
	struct builder b = {.prog = prog, .cap = cap};
	const bool ask = mode == FILTER_NOTIFY;

	load(&b, offsetof(struct seccomp_data, arch));
	if_equal(&b, arch->arch, NEXT, COMPAT);
	load(&b, offsetof(struct seccomp_data, nr));
	if (ask)
		ask_native(&b, arch);
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
	if (ask)
		ask_compat(&b, arch);
	if (arch->compat_socketcall != 0)
		if_equal(&b, arch->compat_socketcall, SOCKETCALL, NEXT);
	if_equal(&b, arch->compat_io_uring_setup, FAIL_ENOSYS, ALLOW);
	if (arch->compat_socketcall != 0)
		judge_socketcall(&b, ask);

	place(&b, SOCKET);
	if_marked(&b, 3, cookie, FAMILY);

	/* The kernel takes the family as an int: the low half counts. */
	place(&b, FAMILY);
	load_arg(&b, 0, 0);
	if_equal(&b, AF_UNIX, ALLOW, NEXT);
	if_equal(&b, AF_NETLINK, ALLOW, NEXT);
	if_equal(&b, AF_ALG, ALLOW, NEXT);
	if_equal(&b, AF_INET, ask ? KIND : FAIL_EACCES, NEXT);
	if_equal(&b, AF_INET6, ask ? KIND : FAIL_EACCES, FAIL_EAFNOSUPPORT);
	if (ask) {
		judge_kind(&b);
		judge_option(&b, cookie);
		judge_sends(&b, cookie);
		verdict(&b, ASK, SECCOMP_RET_USER_NOTIF);
		verdict(&b, FAIL_EPROTONOSUPPORT,
			SECCOMP_RET_ERRNO | EPROTONOSUPPORT);
	}

	verdict(&b, FAIL_EAFNOSUPPORT, SECCOMP_RET_ERRNO | EAFNOSUPPORT);
	verdict(&b, FAIL_EACCES, SECCOMP_RET_ERRNO | EACCES);
	verdict(&b, FAIL_ENOSYS, SECCOMP_RET_ERRNO | ENOSYS);
	verdict(&b, ALLOW, SECCOMP_RET_ALLOW);

	if (b.len > cap)
		return 0;
	link_jumps(&b);
	return b.len;
}

static int load_program(const struct sock_fprog *fprog, enum filter_mode mode)
{
	unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	long r;

	if (mode == FILTER_DENY)
		return (int)sys(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, fprog);
	/* Linux 5.19: only a fatal signal ends a wait for the answer. */
	r = sys(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, fprog);
	if (r == -EINVAL)
		r = sys(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, fprog);
	return (int)r;
}

int filter_install(uint64_t cookie, enum filter_mode mode,
		   bool *no_new_privs_set)
{
	struct sock_filter prog[FILTER_MAX];
	struct sock_fprog fprog = {.filter = prog};
	long err;
	int r;

	*no_new_privs_set = false;
	fprog.len = (unsigned short)filter_build(prog, FILTER_MAX, cookie,
						 &NATIVE, mode);
	r = load_program(&fprog, mode);
	if (r != -EACCES)
		return r;
	/*
	 * Without CAP_SYS_ADMIN the kernel wants the promise that no set-id
	 * program starts under a filter that it does not expect.
	 */
	err = sys(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (err != 0)
		return (int)err;
	*no_new_privs_set = true;
	return load_program(&fprog, mode);
}

int filter_can_notify(void)
{
	/* No program: a known flag gets as far as reading it. */
	long r = sys(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		     SECCOMP_FILTER_FLAG_NEW_LISTENER, NULL);

	return r == -EFAULT ? 0 : r < 0 ? (int)r : -EINVAL;
}
