/* SPDX-License-Identifier: MIT */
/*
 * connect(2) after one that was cut off has come to its end well: 0 once, then
 * EISCONN.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <sys/time.h>

int main(void)
{
	struct timeval tv = { 0, 100000 };
	struct sockaddr_in good = park(WELL);
	int fd = tcp_socket();

	CHECK(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) == 0);
	CHECK_FAILS(connect(fd, (struct sockaddr *)&good, sizeof(good)),
		    EINPROGRESS);
	await_peer(fd);
	CHECK(connect(fd, (struct sockaddr *)&good, sizeof(good)) == 0);
	CHECK_FAILS(connect(fd, (struct sockaddr *)&good, sizeof(good)),
		    EISCONN);
	talk(fd);
	return 0;
}
