/* SPDX-License-Identifier: MIT */
/*
 * connect(2) after a non-blocking one that was refused: whoever has not asked is
 * told by the call, ECONNABORTED otherwise; then it is a new one.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
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
	struct sockaddr_in bad = park(REFUSED), good;
	struct sockaddr *to = (struct sockaddr *)&bad;
	socklen_t len = sizeof(bad);
	int asked = begin(&bad), unasked = begin(&bad), told = begin(&bad);
	char c;

	await_end(asked);
	await_end(unasked);
	await_end(told);
	CHECK(so_error(asked) == ECONNREFUSED);
	CHECK_FAILS(recv(told, &c, 1, 0), ECONNREFUSED);
	CHECK_FAILS(connect(asked, to, len), ECONNABORTED);
	CHECK_FAILS(connect(unasked, to, len), ECONNREFUSED);
	CHECK_FAILS(connect(told, to, len), ECONNABORTED);
	CHECK(so_error(asked) == 0 && so_error(unasked) == 0);

	good = park(WELL);
	begin_on(asked, &good);
	begin_on(unasked, &good);
	begin_on(told, &good);
	await_peer(asked);
	await_peer(unasked);
	await_peer(told);
	block(unasked);
	talk(unasked);
	return 0;
}
