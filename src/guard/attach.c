/* SPDX-License-Identifier: MIT */
/*
 * DOC: Theory of operation
 *
 *   launcher                              supervisor (forked twice)
 *   --------                              -------------------------
 *                                         detaches itself
 *                        <- its pid
 *   PR_SET_PTRACER (Yama)
 *   where its probe is   ->
 *                                         pidfd_getfd, process_vm_readv
 *                        <- 0 or -errno
 *   filter
 *   the listener         ->               (SCM_RIGHTS, marked by the cookie:
 *                                         nobody answers for it yet)
 *                        <- 0
 *   exec
 *
 * All that can fail for a reason other than a bug fails before the filter
 * stands, which is for good.
 *
 * Forked twice, because the command may wait for any child and would wait for
 * ever. Who is process 1 or a subreaper adopts orphans, and gets the supervisor
 * as a child after all: there it is a clone(2) that tells nobody of its end,
 * which wait(2) does not count among the children (__WCLONE).
 */
#include "guard/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"
#include "guard/filter.h"
#include "guard/supervisor.h"
#include "libc/log.h"
#include "libc/net.h"
#include "libc/sys.h"

/* <linux/seccomp.h> since Linux 6.6 */
#define NOTIF_SET_FLAGS	   _IOW('!', 4, uint64_t)
#define NOTIF_SYNC_WAKE_UP 1ul

#define PROBE_VALUE 0x50524f42u

/* What the supervisor is to fetch from the launcher, to show that it can. */
struct probe {
	pid_t pid;
	int fd;
	const uint32_t *value;
};

static int exchange_read(int sock, void *buf, size_t n)
{
	ssize_t r;

	do
		r = read(sock, buf, n);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	return (size_t)r == n ? 0 : -ECHILD; /* the other end has died */
}

static int exchange_write(int sock, const void *buf, size_t n)
{
	ssize_t r;

	do
		r = net_sendmsg(sock,
				&(struct msghdr){
					.msg_iov =
						&(struct iovec){
							(void *)(uintptr_t)buf,
							n},
					.msg_iovlen = 1,
				},
				MSG_NOSIGNAL);
	while (r == -EINTR);
	return r < 0 ? (int)r : 0;
}

union fd_message {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

static int send_fd(int sock, int fd)
{
	char octet = 0;
	union fd_message control = {.room = {0}};
	struct iovec iov = {&octet, 1};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t r;

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	do
		r = net_sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (r == -EINTR);
	return r < 0 ? (int)r : 0;
}

static int receive_fd(int sock)
{
	char octet;
	union fd_message control;
	struct iovec iov = {&octet, 1};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header;
	ssize_t r;
	int fd;

	do
		r = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	while (r < 0 && errno == EINTR);
	header = r == 1 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (header == NULL || header->cmsg_type != SCM_RIGHTS)
		return -ECHILD;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

/* Close all but @keep (-1: none in this place), which it puts in order. */
static void close_others(int *keep, size_t n)
{
	unsigned from = 0;

	for (size_t i = 1; i < n; i++) {
		for (size_t j = i; j > 0 && keep[j] < keep[j - 1]; j--) {
			int fd = keep[j];

			keep[j] = keep[j - 1];
			keep[j - 1] = fd;
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (keep[i] < 0)
			continue;
		if ((unsigned)keep[i] > from)
			sys(SYS_close_range, from, (unsigned)keep[i] - 1, 0);
		from = (unsigned)keep[i] + 1;
	}
	sys(SYS_close_range, from, ~0u, 0);
}

/*
 * Nobody's child, of no session, in no folder, holding nothing of others: a
 * pipe that it kept would never end. Who signals a whole cgroup to stop
 * (systemd) means the command, which would lose its network while it cleans
 * up; it leaves when they are gone.
 */
static int detach(int sock, int run_fd, int log_fd, char **argv)
{
	int keep[] = {sock, run_fd, log_fd};
	sigset_t none;
	int null;

	setsid();
	if (chdir("/") != 0)
		return -errno;
	close_others(keep, ARRAY_SIZE(keep));
	null = open("/dev/null", O_RDWR);
	while (null >= 0 && null < STDERR_FILENO)
		null = dup(null);
	if (null > STDERR_FILENO)
		close(null);
	for (int s = 1; s < NSIG; s++) {
		/* A fault of ours must end us, not loop. */
		if (s == SIGSEGV || s == SIGBUS || s == SIGILL || s == SIGFPE ||
		    s == SIGABRT || s == SIGSYS || s == SIGTRAP)
			signal(s, SIG_DFL);
		else if (s != SIGKILL && s != SIGSTOP)
			signal(s, s == SIGCHLD ? SIG_DFL : SIG_IGN);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, 0);
	prctl(PR_SET_NAME, "socksify-guard");
	for (; *argv != NULL; argv++)
		memset(*argv, 0, strlen(*argv));
	return 0;
}

/* The two rights that serving takes: to its descriptors, to its memory. */
static int try_access(const struct probe *probe)
{
	uint32_t value = 0;
	struct iovec here = {&value, sizeof(value)};
	struct iovec there = {(void *)(uintptr_t)probe->value, sizeof(value)};
	long pidfd = sys(SYS_pidfd_open, probe->pid, 0), fd, n;

	if (pidfd < 0)
		return (int)pidfd;
	fd = sys(SYS_pidfd_getfd, pidfd, probe->fd, 0);
	close((int)pidfd);
	if (fd < 0)
		return (int)fd;
	close((int)fd);
	n = sys(SYS_process_vm_readv, probe->pid, &here, 1, &there, 1, 0);
	if (n < 0)
		return (int)n;
	return value == PROBE_VALUE ? 0 : -EFAULT;
}

static void supervise(int sock, struct run *run)
{
	pid_t pid = getpid();
	struct probe probe;
	int err, listener;

	if (exchange_write(sock, &pid, sizeof(pid)) != 0 ||
	    exchange_read(sock, &probe, sizeof(probe)) != 0)
		return;
	err = try_access(&probe);
	if (exchange_write(sock, &err, sizeof(err)) != 0 || err != 0)
		return;
	listener = receive_fd(sock);
	if (listener < 0)
		return;
	/* Its waiter runs at once on this cpu: 15 us a call instead of 100. */
	ioctl(listener, NOTIF_SET_FLAGS, NOTIF_SYNC_WAKE_UP);
	exchange_write(sock, &err, sizeof(err));
	close(sock);
	supervisor_run(listener, run);
}

static bool adopts_orphans(void)
{
	int subreaper = 0;

	prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
	return getpid() == 1 || subreaper != 0;
}

/* Return: 0 in the launcher, 1 in the supervisor, or -errno */
static int fork_unseen(bool adopts)
{
	int status;
	pid_t pid;

	if (adopts) {
		pid = (pid_t)sys(SYS_clone, 0, 0, 0, 0, 0);
		return pid == 0 ? 1 : pid > 0 ? 0 : pid;
	}
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		pid = fork();
		if (pid == 0)
			return 1;
		_exit(pid < 0 ? errno : 0);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return errno == ECHILD ? 0 : -errno; /* SIGCHLD ignored */
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

static int handshake(int sock, struct run *run, bool *filtered)
{
	static volatile const uint32_t value = PROBE_VALUE;
	struct probe probe = {getpid(), sock, (const uint32_t *)&value};
	int err, result, listener;
	pid_t pid;
	bool nnp;

	err = exchange_read(sock, &pid, sizeof(pid));
	if (err != 0)
		return err;
	/* Lasts beyond exec. EINVAL where there is no Yama. */
	prctl(PR_SET_PTRACER, (unsigned long)pid, 0, 0, 0);
	err = exchange_write(sock, &probe, sizeof(probe));
	if (err == 0)
		err = exchange_read(sock, &result, sizeof(result));
	if (err != 0 || result != 0)
		return err != 0 ? err : result;
	listener = filter_install(run->cookie, FILTER_NOTIFY, &nnp);
	if (listener < 0)
		return listener;
	*filtered = true;
	err = send_fd(sock, listener);
	close(listener);
	if (err == 0)
		err = exchange_read(sock, &result, sizeof(result));
	if (err == 0)
		run->supervisor = pid;
	return err;
}

int guard_attach(struct run *run, int run_fd, int log_fd, char **argv,
		 bool *filtered)
{
	bool adopts = adopts_orphans();
	int pair[2], err;

	*filtered = false;
	err = filter_can_notify();
	if (err != 0)
		return err;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return -errno;
	net_set_cookie(run->cookie);
	err = fork_unseen(adopts);
	if (err == 1) {
		if (detach(pair[1], run_fd, log_fd, argv) == 0) {
			log_set_fd(log_fd);
			supervise(pair[1], run);
		}
		_exit(0);
	}
	close(pair[1]);
	if (err == 0)
		err = handshake(pair[0], run, filtered);
	close(pair[0]);
	/* Without its socket it ends; and here it is somebody's child. */
	if (err != 0 && adopts)
		waitpid(-1, NULL, (int)__WCLONE);
	return err;
}
