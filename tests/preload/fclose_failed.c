/* SPDX-License-Identifier: MIT */
/*
 * libc closes a socket by itself (fclose) before its connection has failed:
 * whoever has the number then hears nothing of it.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 5
 */
#include "pending.h"

int main(void)
{
	struct sockaddr_in bad = park(REFUSED);
	int fd = begin(&bad), file;
	FILE *f = fdopen(fd, "r+");
	char c;

	CHECK(f != NULL && fclose(f) == 0);
	file = open("/dev/zero", O_RDWR);
	CHECK(file == fd);
	CHECK(read(file, &c, 1) == 1);
	poll(NULL, 0, 1500);
	CHECK(read(file, &c, 1) == 1 && write(file, &c, 1) == 1);
	return 0;
}
