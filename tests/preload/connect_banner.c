/* SPDX-License-Identifier: MIT */
/*
 * connect(2) reads exactly the proxy's reply, whatever its form, in however
 * many pieces; the target's first words are the program's.
 * script: read-greeting; send 0500; read-request
 * script: send 05000001000000000000'banner'; echo; next
 * script: read-greeting; split 0500; read-request
 * script: split 05000001000000000000'banner'; echo; next
 * script: read-greeting; send 0500; read-request
 * script: send 05000003 04'name' 0050'banner'; echo; next
 * script: read-greeting; send 0500; read-request
 * script: split 05000003 00 0050'banner'; echo; next
 * script: read-greeting; send 0500; read-request
 * script: send 05000004 20010db8000000000000000000000001 0050'banner'; echo
 */
#include "victim.h"

int main(void)
{
	char buf[6];

	for (int i = 0; i < 5; i++) {
		int fd = connected();

		read_exactly(fd, buf, 6);
		CHECK(memcmp(buf, "banner", 6) == 0);
		talk(fd);
		close(fd);
	}
	return 0;
}
