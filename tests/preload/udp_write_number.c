/* SPDX-License-Identifier: MIT */
/*
 * read(2), write(2), readv(2) and writev(2) of a datagram by their numbers.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 1 request
 * log-count: 0 no header
 */
#define ECHO_PORT 7019
#include "datagram.h"

#include <sys/syscall.h>

int main(void)
{
	struct iovec out[2] = { { "wri", 3 }, { "tev", 3 } };
	char a[2], b[10];
	struct iovec in[2] = { { a, 2 }, { b, 10 } };
	int fd;

	start_echo();
	fd = udp_connected();
	for (int i = 0; i < 2; i++) {
		CHECK(syscall(SYS_write, fd, "write", 5L) == 5);
		CHECK(syscall(SYS_read, fd, b, 10L) == 5);
		CHECK(memcmp(b, "write", 5) == 0);
		CHECK(syscall(SYS_writev, fd, out, 2L) == 6);
		CHECK(syscall(SYS_readv, fd, in, 2L) == 6);
		CHECK(memcmp(a, "wr", 2) == 0 && memcmp(b, "itev", 4) == 0);
	}
	return 0;
}
