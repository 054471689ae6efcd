/* SPDX-License-Identifier: MIT */
/*
 * Every thread of a program with large thread-local variables has a large
 * stack; so has whoever connects in the background.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 300; reply 0; echo
 */
#include "pending.h"

#define AT_ONCE_MS 250

static __thread volatile char large[1024 * 1024];

int main(void)
{
	struct sockaddr_in sin = park(WELL);
	long start = now_ms();
	int fd = begin(&sin);

	CHECK(now_ms() - start < AT_ONCE_MS);
	large[sizeof(large) - 1] = 1;
	await_peer(fd);
	block(fd);
	talk(fd);
	return 0;
}
