/* SPDX-License-Identifier: MIT */
/*
 * connect(2) through what is no SOCKS5 server: ENETUNREACH, so that it never
 * looks like the target; an end after the request is ECONNRESET.
 * script: read-greeting; send 0400; close; next
 * script: read-greeting; send 'HTTP/1.1 400 Bad Request\r\n\r\n'; close; next
 * script: read-greeting; send 05ff; close; next
 * script: read-greeting; send 0502; close; next
 * script: close; next
 * script: read-greeting; reset; next
 * script: read-greeting; send 05; close; next
 * script: read-greeting; send 0500; read-request; send 04; close; next
 * script: read-greeting; send 0500; read-request
 * script: send 05000009000000000000; close; next
 * script: read-greeting; send 0500; read-request; close; next
 * script: read-greeting; send 0500; read-request; send 0500000100; close; next
 * script: read-greeting; send 0500; read-request; reset; next
 * script: read-greeting; send 0500; read-request; reply 0; echo
 * options: -q
 */
#include "victim.h"

int main(void)
{
	int fd = tcp_socket();

	for (int i = 0; i < 9; i++)
		CHECK_FAILS(connect4(fd, TARGET, PORT), ENETUNREACH);
	for (int i = 0; i < 3; i++)
		CHECK_FAILS(connect4(fd, TARGET, PORT), ECONNRESET);
	CHECK(connect4(fd, TARGET, PORT) == 0);
	talk(fd);
	return 0;
}
