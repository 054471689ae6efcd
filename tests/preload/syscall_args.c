/* SPDX-License-Identifier: MIT */
/*
 * syscall(2) passes on all six arguments of what is not the network's.
 * native: yes
 * log-count: 0 request
 */
#include "victim.h"

#include <sys/mman.h>
#include <sys/syscall.h>

int main(void)
{
	static char page[4096];
	int fd = memfd_create("x", 0);
	char *p;

	for (char c = 'a'; c < 'd'; c++) {
		memset(page, c, sizeof(page));
		CHECK(write(fd, page, sizeof(page)) == sizeof(page));
	}
	p = (char *)syscall(SYS_mmap, NULL, 4096L, (long)PROT_READ,
			    (long)MAP_PRIVATE, (long)fd, 8192L);
	CHECK(p != MAP_FAILED);
	CHECK(p[0] == 'c' && p[4095] == 'c');
	return 0;
}
