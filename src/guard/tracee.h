/* SPDX-License-Identifier: MIT */
/*
 * What the supervisor looks up in the process that asks: descriptors, memory,
 * pending signals. By thread id, which is what a notification names. Whoever
 * uses an answer asks notify_is_valid() afterwards: before that, the thread may
 * have ended and its number be another's. May call libc/ and base/.
 */
#ifndef GUARD_TRACEE_H
#define GUARD_TRACEE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * tracee_fd() - a copy of its descriptor, close-on-exec (pidfd_getfd(2)): the
 * same open file
 * For one thread of ours only: it remembers whom it has opened.
 * Return: it, or -errno: -EBADF as the tracee would see; -EPERM: not allowed
 */
int tracee_fd(pid_t tid, int fd);

/* A socket of a tracee's, to be found again later. */
struct tracee_socket {
	pid_t tid;
	int fd;
	uint64_t cookie; /* SO_COOKIE: that socket and no other */
};

/**
 * tracee_socket_again() - a copy of it, if it still has that number there
 * Thread-safe. Return: a descriptor, close-on-exec, or -errno
 */
int tracee_socket_again(const struct tracee_socket *s);

/**
 * tracee_read() - copy @n octets of its memory
 * Thread-safe. Return: 0, -EFAULT as the tracee would see, or another -errno
 */
int tracee_read(pid_t tid, uint64_t from, void *to, size_t n);

/** tracee_write() - the same, the other way */
int tracee_write(pid_t tid, uint64_t to, const void *from, size_t n);

/**
 * tracee_is_interrupted() - is a signal waiting to be handled by this thread
 * and no other? One for the whole process counts if it has no other threads:
 * another one might take it.
 * Thread-safe.
 */
bool tracee_is_interrupted(pid_t tid);

#endif
