/* SPDX-License-Identifier: MIT */
/*
 * connect(2) with an address that begins in memory and does not end there.
 * native: yes
 * log-count: 0 request
 */
#include "victim.h"

#include <sys/mman.h>

int main(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sockaddr_in6 sin6 = ipv6(TARGET6, PORT);
	char *across = page + 4096 - 8;
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	CHECK(page != MAP_FAILED);
	memcpy(across, &sin6, sizeof(sin6));
	CHECK(mprotect(page + 4096, 4096, PROT_NONE) == 0);
	CHECK_FAILS(connect(fd, (void *)across, sizeof(sin6)), EFAULT);
	return 0;
}
