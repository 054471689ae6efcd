/* SPDX-License-Identifier: MIT */
/*
 * libc closes a pending socket by itself (fclose); its number is another's then.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

int main(void)
{
	struct sockaddr_in good = park(WELL);
	int fd = begin(&good), ends[2], file;
	FILE *f = fdopen(fd, "r+");
	char c;

	CHECK(f != NULL && fclose(f) == 0);
	CHECK(pipe(ends) == 0);
	CHECK(ends[0] == fd);
	CHECK(write(ends[1], "x", 1) == 1);
	CHECK(read(ends[0], &c, 1) == 1);

	fd = begin(&good);
	f = fdopen(fd, "r+");
	CHECK(f != NULL && fclose(f) == 0);
	file = open("/dev/zero", O_RDWR);
	CHECK(file == fd);
	CHECK(read(file, &c, 1) == 1 && write(file, &c, 1) == 1);
	{
		struct pollfd p = { .fd = file, .events = POLLOUT };

		CHECK(poll(&p, 1, 0) == 1);
	}
	CHECK_FAILS(getpeername(file, NULL, NULL), ENOTSOCK);
	return 0;
}
