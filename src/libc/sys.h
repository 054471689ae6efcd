/* SPDX-License-Identifier: MIT */
/*
 * System calls for our own housekeeping, by way of libc's syscall(2): they
 * pass no hook, are no cancellation points, and never touch errno. Each
 * returns what the kernel does: a result >= 0 or -errno. Async-signal-safe.
 */
#ifndef LIBC_SYS_H
#define LIBC_SYS_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "libc/libc.h"

#define sys(...)                                                     \
	({                                                           \
		int sys_saved = errno;                               \
		long sys_r = libc(syscall)(__VA_ARGS__);             \
		if (sys_r == -1)                                     \
			sys_r = -errno;                              \
		errno = sys_saved;                                   \
		sys_r;                                               \
	})

static inline int sys_open(const char *path, int flags)
{
	return (int)sys(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0);
}

static inline long sys_read(int fd, void *buf, size_t n)
{
	return sys(SYS_read, fd, buf, n);
}

static inline long sys_pread(int fd, void *buf, size_t n, int64_t off)
{
	return sys(SYS_pread64, fd, buf, n, off);
}

static inline int sys_close(int fd)
{
	return (int)sys(SYS_close, fd);
}

static inline int sys_fcntl(int fd, int cmd, long arg)
{
	return (int)sys(SYS_fcntl, fd, cmd, arg);
}

static inline int sys_fstat(int fd, struct stat *st)
{
	int saved = errno;
	int r = fstat(fd, st) < 0 ? -errno : 0;

	errno = saved;
	return r;
}

static inline int sys_stat(const char *path, struct stat *st)
{
	int saved = errno;
	int r = stat(path, st) < 0 ? -errno : 0;

	errno = saved;
	return r;
}

static inline long sys_fgetxattr(int fd, const char *name, void *buf, size_t n)
{
	return sys(SYS_fgetxattr, fd, name, buf, n);
}

/** sys_mmap() - Return: MAP_FAILED on error */
static inline void *sys_mmap(size_t n, int prot, int flags, int fd)
{
	int saved = errno;
	void *p = mmap(NULL, n, prot, flags, fd, 0);

	errno = saved;
	return p;
}

static inline void sys_munmap(void *p, size_t n)
{
	int saved = errno;

	munmap(p, n);
	errno = saved;
}

#endif
