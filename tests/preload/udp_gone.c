/* SPDX-License-Identifier: MIT */
/*
 * What was there when it was sent the last time need not be now: EFAULT.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 0 no header
 */
#define ECHO_PORT 7057
#include "datagram.h"

#include <sys/mman.h>

int main(void)
{
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = udp_socket();

	for (int i = 0; i < 2; i++)
		CHECK(sendto(fd, page, 9, 0, (void *)&to, sizeof(to)) == 9);
	CHECK(munmap(page, 4096) == 0);
	CHECK_FAILS(sendto(fd, page, 9, 0, (void *)&to, sizeof(to)), EFAULT);
	return 0;
}
