/* SPDX-License-Identifier: MIT */
/*
 * stdio writes inside libc, where no hook is: a datagram without a header, which
 * no relay carries. Until there is another way it goes nowhere else, at least.
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 0 datagram rsv=0 .* data=never
 */
#define ECHO_PORT 7056
#include "datagram.h"

int main(void)
{
	int fd;
	FILE *f;

	start_echo();
	fd = udp_connected();
	f = fdopen(fd, "r+");
	CHECK(f != NULL);
	fprintf(f, "never");
	fflush(f);
	clearerr(f);
	fclose(f);
	usleep(100000);
	return 0;
}
