/* SPDX-License-Identifier: MIT */
/*
 * sendto(2) and sendmsg(2) with what cannot be read: EFAULT, no crash.
 * native: yes
 * log-count: 0 request
 */
#include "victim.h"

#include <sys/mman.h>

int main(void)
{
	char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_name = page, .msg_namelen = 16,
			      .msg_iov = &iov, .msg_iovlen = 1 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	CHECK(page != MAP_FAILED);
	CHECK_FAILS(sendto(fd, "x", 1, 0, (void *)page, 16), EFAULT);
	CHECK_FAILS(sendmsg(fd, &msg, 0), EFAULT);
	CHECK_FAILS(sendmsg(fd, (void *)page, 0), EFAULT);
	CHECK_FAILS(sendmmsg(fd, (void *)page, 1, 0), EFAULT);
	return 0;
}
