/* SPDX-License-Identifier: MIT */
/*
 * connect(2) again on a non-blocking socket: EALREADY while it is pending,
 * whatever the address; then 0 once, then EISCONN; and nothing reaches a target.
 * log-count: 0 unexpected: [^e]
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

static int again(int fd, const struct sockaddr_in *sin)
{
	return connect(fd, (const struct sockaddr *)sin, sizeof(*sin));
}

int main(void)
{
	struct sockaddr_in good = park(WELL), other = ipv4("192.0.2.7", 7);
	struct sockaddr_in6 wrong = ipv6(TARGET6, PORT);
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	int fd = begin(&good);

	CHECK_FAILS(again(fd, &good), EALREADY);
	CHECK_FAILS(again(fd, &other), EALREADY);
	CHECK_FAILS(connect(fd, (struct sockaddr *)&wrong, sizeof(wrong)),
		    EALREADY);
	CHECK_FAILS(connect(fd, (struct sockaddr *)&good, 4), EALREADY);
	CHECK_FAILS(connect(fd, NULL, sizeof(good)), EFAULT);
	CHECK_FAILS(getpeername(fd, (struct sockaddr *)&peer, &len), ENOTCONN);
	await_end(fd);
	CHECK(again(fd, &good) == 0);
	CHECK_FAILS(again(fd, &good), EISCONN);
	CHECK_FAILS(again(fd, &other), EISCONN);
	block(fd);
	talk(fd);
	check_peer(fd, "127.0.0.1", ntohs(good.sin_port));
	return 0;
}
