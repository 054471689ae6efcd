/* SPDX-License-Identifier: MIT */
/*
 * connect(2) of a non-blocking socket: EINPROGRESS at once, however long the
 * proxy takes, and none of its errors is lost.
 * script: read-greeting; send 0500; read-request; delay 300; reply 0; echo; next
 * script: read-greeting; send 0500; read-request; delay 300; reply 5; close; next
 * script: read-greeting; send 0500; read-request; delay 300; reply 4; close; next
 * script: read-greeting; send 0500; read-request; delay 300; reply 3; close; next
 * script: read-greeting; send 0500; read-request; delay 300; reply 6; close; next
 * script: read-greeting; send 0500; read-request; delay 300; reset
 */
#include "pending.h"

#include <fcntl.h>

int main(void)
{
	static const int errors[] = { 0, ECONNREFUSED, EHOSTUNREACH,
				      ENETUNREACH, ETIMEDOUT, ECONNRESET };
	enum { N = sizeof(errors) / sizeof(*errors) };
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	int fd[N];
	long start = now_ms();

	for (int i = 0; i < N; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		CHECK_FAILS(connect4(fd[i], TARGET, PORT), EINPROGRESS);
	}
	CHECK(now_ms() - start < 300);
	for (int i = 0; i < N; i++) {
		await_end(fd[i]);
		CHECK(fcntl(fd[i], F_GETFL) & O_NONBLOCK);
		CHECK(so_error(fd[i]) == errors[i]);
		CHECK(so_error(fd[i]) == 0);
	}
	CHECK_FAILS(getpeername(fd[1], (struct sockaddr *)&sin, &len),
		    ENOTCONN);
	check_peer(fd[0], TARGET, PORT);
	CHECK(write(fd[0], "ping", 4) == 4);
	await_input(fd[0]);
	return 0;
}
