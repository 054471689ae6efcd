/* SPDX-License-Identifier: MIT */
/*
 * SO_SNDTIMEO and SO_RCVTIMEO also limit what waits for a connect that they have
 * cut off.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <sys/time.h>

int main(void)
{
	struct timeval tv = { 0, 100000 };
	struct sockaddr_in good = park(WELL);
	struct sockaddr *to = (struct sockaddr *)&good;
	int fd = tcp_socket();
	long start;
	char c;

	CHECK(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) == 0);
	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0);
	CHECK_FAILS(connect(fd, to, sizeof(good)), EINPROGRESS);
	start = now_ms();
	CHECK_FAILS(connect(fd, to, sizeof(good)), EALREADY);
	CHECK(now_ms() - start >= 95 && now_ms() - start < 300);
	start = now_ms();
	CHECK_FAILS(send(fd, "x", 1, 0), EAGAIN);
	CHECK(now_ms() - start >= 95 && now_ms() - start < 300);
	start = now_ms();
	CHECK_FAILS(recv(fd, &c, 1, 0), EAGAIN);
	CHECK(now_ms() - start >= 95 && now_ms() - start < 300);
	await_peer(fd);
	talk(fd);
	return 0;
}
