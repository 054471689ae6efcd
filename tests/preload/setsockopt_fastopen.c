/* SPDX-License-Identifier: MIT */
/*
 * setsockopt(2): TCP_FASTOPEN_CONNECT is accepted, and never the kernel's: it
 * would put connect(2) off until nobody sees it.
 * script: read-greeting; send 0500; read-request; reply 5
 * log: 1 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 */
#include "victim.h"

int main(void)
{
	int fd = tcp_socket(), value = 1;
	socklen_t len = sizeof(value);

	CHECK(setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &value,
			 sizeof(value)) == 0);
	CHECK(getsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &value,
			 &len) == 0);
	CHECK(value == 0);
	CHECK_FAILS(connect4(fd, TARGET, PORT), ECONNREFUSED);
	return 0;
}
