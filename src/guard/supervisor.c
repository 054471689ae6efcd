/* SPDX-License-Identifier: MIT */
#include "guard/supervisor.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/compiler.h"
#include "libc/sys.h"

/*
 * A socket of a local kind cannot take an address of the network. By thread:
 * PIDFD_THREAD is younger than we may rely on, so only leaders are looked into.
 */
static bool is_local_socket(uint32_t tid, int fd)
{
	int pidfd = (int)sys(SYS_pidfd_open, tid, 0);
	int copy, domain = 0;
	socklen_t len = sizeof(domain);

	if (pidfd < 0)
		return false;
	copy = (int)sys(SYS_pidfd_getfd, pidfd, fd, 0);
	close(pidfd);
	if (copy < 0)
		return copy == -EBADF;
	if (getsockopt(copy, SOL_SOCKET, SO_DOMAIN, &domain, &len) != 0)
		domain = errno == ENOTSOCK ? AF_UNIX : AF_INET;
	close(copy);
	return domain == AF_UNIX || domain == AF_NETLINK || domain == AF_ALG;
}

static void answer(int listener)
{
	/* The kernel's may be longer than ours. */
	union {
		struct seccomp_notif notif;
		char room[512];
	} u;
	struct seccomp_notif_resp resp;

	memset(&u, 0, sizeof(u));
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &u) != 0)
		return;
	resp = (struct seccomp_notif_resp){.id = u.notif.id};
	if (is_local_socket(u.notif.pid, (int)u.notif.data.args[0]))
		resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else
		resp.error = -ENETUNREACH;
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

int supervisor_run(int listener, __attribute__((unused)) struct run *run)
{
	for (;;) {
		struct pollfd p = {.fd = listener, .events = POLLIN};

		if (poll(&p, 1, -1) < 0 && errno != EINTR)
			return -errno;
		if ((p.revents & POLLIN) != 0)
			answer(listener);
		else if (p.revents != 0)
			return 0;
	}
}
