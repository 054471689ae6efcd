/* SPDX-License-Identifier: MIT */
#include "guard/tracee.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "libc/sys.h"

/* <linux/pidfd.h> since Linux 6.9 */
#define OF_THREAD O_EXCL

#define KNOWN_MAX 64

/* Who has asked before. Its pidfd tells when the number becomes another's. */
static struct {
	pid_t tid;
	int pidfd;
} known[KNOWN_MAX];

/* Room for all of proc(5)'s lines before and with the last that is read. */
#define STATUS_MAX 4096

static bool read_status(pid_t tid, char text[static STATUS_MAX])
{
	char path[32];
	long n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	fd = sys_open(path, O_RDONLY);
	if (fd < 0)
		return false;
	n = sys_read(fd, text, STATUS_MAX - 1);
	sys_close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static uint64_t status_number(const char *text, const char *name, int base)
{
	const char *at = strstr(text, name);

	return at != NULL ? strtoull(at + strlen(name), NULL, base) : 0;
}

static bool is_alive(int pidfd)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};

	return poll(&p, 1, 0) == 0;
}

/*
 * Where the kernel has no pidfds of threads, that of the process does as well:
 * threads share their descriptors, but for the oddest programs. It says
 * nothing of the thread's number, though: @lasts is false.
 */
static int open_process(pid_t tid, bool *lasts)
{
	char text[STATUS_MAX];
	pid_t pid;

	if (!read_status(tid, text))
		return -ESRCH;
	pid = (pid_t)status_number(text, "\nTgid:", 10);
	*lasts = pid == tid;
	return (int)sys(SYS_pidfd_open, pid, 0);
}

static int open_pidfd(pid_t tid, bool *lasts)
{
	int pidfd = (int)sys(SYS_pidfd_open, tid, OF_THREAD);

	*lasts = true;
	return pidfd == -EINVAL ? open_process(tid, lasts) : pidfd;
}

static int find_pidfd(pid_t tid)
{
	const unsigned at = (unsigned)tid % KNOWN_MAX;
	bool lasts;
	int pidfd;

	if (known[at].tid == tid && is_alive(known[at].pidfd))
		return known[at].pidfd;
	pidfd = open_pidfd(tid, &lasts);
	if (pidfd < 0)
		return pidfd;
	if (known[at].pidfd > 0)
		sys_close(known[at].pidfd);
	known[at].pidfd = pidfd;
	known[at].tid = lasts ? tid : 0;
	return pidfd;
}

int tracee_fd(pid_t tid, int fd)
{
	int pidfd = find_pidfd(tid);

	return pidfd < 0 ? pidfd : (int)sys(SYS_pidfd_getfd, pidfd, fd, 0);
}

int tracee_socket_again(const struct tracee_socket *s)
{
	socklen_t len = sizeof(uint64_t);
	uint64_t cookie;
	bool lasts;
	int pidfd = open_pidfd(s->tid, &lasts), fd;

	if (pidfd < 0)
		return pidfd;
	fd = (int)sys(SYS_pidfd_getfd, pidfd, s->fd, 0);
	sys_close(pidfd);
	if (fd < 0)
		return fd;
	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len) == 0 &&
	    cookie == s->cookie)
		return fd;
	sys_close(fd);
	return -EBADF;
}

int tracee_read(pid_t tid, uint64_t from, void *to, size_t n)
{
	struct iovec here = {to, n};
	struct iovec there = {(void *)(uintptr_t)from, n};
	long r = sys(SYS_process_vm_readv, tid, &here, 1, &there, 1, 0);

	if (r < 0)
		return (int)r;
	return (size_t)r == n ? 0 : -EFAULT;
}

int tracee_write(pid_t tid, uint64_t to, const void *from, size_t n)
{
	struct iovec here = {(void *)(uintptr_t)from, n};
	struct iovec there = {(void *)(uintptr_t)to, n};
	long r = sys(SYS_process_vm_writev, tid, &here, 1, &there, 1, 0);

	if (r < 0)
		return (int)r;
	return (size_t)r == n ? 0 : -EFAULT;
}

bool tracee_is_interrupted(pid_t tid)
{
	char text[STATUS_MAX];
	uint64_t own, shared, blocked;

	if (!read_status(tid, text))
		return false;
	own = status_number(text, "\nSigPnd:", 16);
	shared = status_number(text, "\nShdPnd:", 16);
	blocked = status_number(text, "\nSigBlk:", 16);
	if (status_number(text, "\nThreads:", 10) > 1)
		shared = 0;
	return ((own | shared) & ~blocked) != 0;
}
