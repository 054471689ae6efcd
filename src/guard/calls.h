/* SPDX-License-Identifier: MIT */
/*
 * What a notified call asks for, whichever ABI it came by: 64-bit registers,
 * 32-bit ones, or the argument block of i386's socketcall(2). Pure, but for the
 * memory of the caller, which is read by way of a function that is passed in.
 * May call guard/filter and base/.
 */
#ifndef GUARD_CALLS_H
#define GUARD_CALLS_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum call_kind {
	CALL_UNKNOWN, /* none that the filter asks about */
	CALL_SOCKET,  /* only by socketcall(2) */
	CALL_CONNECT,
	CALL_SENDTO,
	CALL_SENDMSG,
	CALL_SENDMMSG,
	CALL_SETSOCKOPT, /* only by socketcall(2) */
};

/**
 * typedef call_reader - copy @n octets from @from in the caller's memory
 * Return: 0 or -errno
 */
typedef int call_reader(void *arg, uint64_t from, void *to, size_t n);

struct call {
	enum call_kind kind;
	bool compat; /* structures in memory are those of a 32-bit process */
	int fd;
	int flags;           /* of the sends */
	uint64_t addr;       /* CONNECT, SENDTO: of the sockaddr; may be 0 */
	int addr_len;        /* ... as it was given, sane or not */
	uint64_t buf, len;   /* SENDTO: the data */
	uint64_t msg;        /* SENDMSG, SENDMMSG: of the first header */
	unsigned count;      /* how many of them */
	int domain, type, protocol; /* SOCKET */
	int level, option;          /* SETSOCKOPT */
};

/* A struct msghdr, or compat_msghdr, by the caller's addresses. */
struct call_msg {
	uint64_t name, iov, control;
	size_t iovlen, controllen;
	int namelen;
};

/**
 * call_decode() - from registers to a call
 * Return: 0 or the reader's -errno
 */
int call_decode(struct call *call, const struct seccomp_data *data,
		call_reader *read, void *arg);

/** call_msg_read() - the header of the message number @index of a call */
int call_msg_read(struct call_msg *msg, const struct call *call,
		  unsigned index, call_reader *read, void *arg);

/** call_msg_len_at() - where sendmmsg(2) notes how much of it went; 32 bits */
uint64_t call_msg_len_at(const struct call *call, unsigned index);

/** call_iov_read() - one of its buffers: where, and how long */
int call_iov_read(const struct call_msg *msg, const struct call *call,
		  size_t index, uint64_t *base, uint64_t *len,
		  call_reader *read, void *arg);

#endif
