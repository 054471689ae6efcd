/* SPDX-License-Identifier: MIT */
/*
 * A program whose own filter kills it for getsockopt(2) is handed a socket, as
 * Chromium's renderers are.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "victim.h"

union rights {
	char buf[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static void filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getsockopt, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0);
}

int main(void)
{
	union rights r = { 0 };
	char c = 0;
	struct iovec iov = { &c, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = r.buf,
			      .msg_controllen = sizeof(r.buf) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int pair[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &pair[0], sizeof(int));
	CHECK(sendmsg(pair[0], &msg, 0) == 1);

	filter();
	CHECK(recvmsg(pair[1], &msg, 0) == 1);
	memcpy(&pair[0], CMSG_DATA(cmsg), sizeof(int));
	CHECK(write(pair[0], "x", 1) == 1);
	CHECK(read(pair[1], &c, 1) == 1 && c == 'x');
	return 0;
}
