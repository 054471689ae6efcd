/* SPDX-License-Identifier: MIT */
/*
 * connect(2) to AF_UNSPEC after one that was refused; then a new one.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

int main(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_in bad = park(REFUSED), good;
	int fd = begin(&bad), asked = begin(&bad);

	await_end(fd);
	await_end(asked);
	CHECK(so_error(asked) == ECONNREFUSED);
	CHECK(connect(fd, &none, sizeof(none)) == 0);
	CHECK(connect(asked, &none, sizeof(none)) == 0);
	good = park(WELL);
	begin_on(fd, &good);
	begin_on(asked, &good);
	CHECK(so_error(asked) == 0);
	await_end(fd);
	await_peer(asked);
	block(asked);
	talk(asked);
	return 0;
}
