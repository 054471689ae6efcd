/* SPDX-License-Identifier: MIT */
/*
 * The program becomes another user while its connect(2) is pending: the helper
 * thread does, too, and brings it to its end.
 * script: read-greeting; send 0500; read-request; delay 500; reply 0; echo
 */
#include "pending.h"

int main(void)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	int fd;

	if (getuid() != 0)
		return 77;
	fd = begin(&sin);
	if (setgid(65534) != 0 || setuid(65534) != 0) {
		CHECK(errno == EINVAL); /* a namespace of one user */
		return 77;
	}
	await_peer(fd);
	block(fd);
	talk(fd);
	/* And what is begun afterwards. */
	fd = begin(&sin);
	await_peer(fd);
	block(fd);
	talk(fd);
	return 0;
}
