/* SPDX-License-Identifier: MIT */
/*
 * getpeername(2) with addresses that cannot be written: EFAULT, no crash.
 */
#include "victim.h"

#include <sys/mman.h>

int main(void)
{
	char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	int fd = connected();

	CHECK(page != MAP_FAILED);
	CHECK_FAILS(getpeername(fd, (void *)page, &len), EFAULT);
	CHECK_FAILS(getpeername(fd, (void *)&sin, (void *)page), EFAULT);
	return 0;
}
