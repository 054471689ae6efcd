/* SPDX-License-Identifier: MIT */
/*
 * connect(2): the errno of each REP of RFC 1928. The socket can be used
 * again, as after a refused connect. The targets differ: what they answer
 * says nothing about the proxy, and it says nothing to the user.
 * script: read-greeting; send 0500; read-request; reply 1; close; next
 * script: read-greeting; send 0500; read-request; reply 2; close; next
 * script: read-greeting; send 0500; read-request; reply 3; close; next
 * script: read-greeting; send 0500; read-request; reply 4; close; next
 * script: read-greeting; send 0500; read-request; reply 5; close; next
 * script: read-greeting; send 0500; read-request; reply 6; close; next
 * script: read-greeting; send 0500; read-request; reply 7; close; next
 * script: read-greeting; send 0500; read-request; reply 8; close; next
 * script: read-greeting; send 0500; read-request; reply 9; close; next
 * script: read-greeting; send 0500; read-request; reply 255; close; next
 * script: read-greeting; send 0500; read-request; reply 5; reset; next
 * script: read-greeting; send 0500; read-request; reply 0; echo
 */
#include "victim.h"

int main(void)
{
	static const int errors[] = {
		ECONNREFUSED, EACCES,	    ENETUNREACH,  EHOSTUNREACH,
		ECONNREFUSED, ETIMEDOUT,    ECONNREFUSED, EAFNOSUPPORT,
		ECONNREFUSED, ECONNREFUSED, ECONNREFUSED,
	};
	int fd = tcp_socket(), on = 1;
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	CHECK(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		CHECK_FAILS(connect4(fd, TARGET, PORT), errors[i]);
		CHECK_FAILS(getpeername(fd, (void *)&sin, &len), ENOTCONN);
	}
	CHECK(connect4(fd, TARGET, PORT) == 0);
	talk(fd);
	len = sizeof(on);
	on = 0;
	CHECK(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &len) == 0);
	CHECK(on == 1);
	return 0;
}
