/* SPDX-License-Identifier: MIT */
/*
 * SPLICE_F_NONBLOCK is about the pipe: a socket that waits waits all the same.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending_io.h"

int main(void)
{
	struct sockaddr_in good = park(WELL);
	long start = now_ms();
	int fd = begin(&good), in[2], out[2];
	char buf[4];

	block(fd);
	CHECK(pipe(in) == 0 && pipe(out) == 0);
	CHECK(write(in[1], "ping", 4) == 4);
	CHECK(splice(in[0], NULL, fd, NULL, 4, SPLICE_F_NONBLOCK) == 4);
	CHECK(now_ms() - start >= PENDING_MS);
	CHECK(splice(fd, NULL, out[1], NULL, 4, SPLICE_F_NONBLOCK) == 4);
	read_exactly(out[0], buf, 4);
	CHECK(memcmp(buf, "ping", 4) == 0);
	return 0;
}
