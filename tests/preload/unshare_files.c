/* SPDX-License-Identifier: MIT */
/*
 * A table of descriptors of one's own, while the thread that connects is still
 * there: connections come about as before.
 * script: read-greeting; send 0500; read-request; delay 20; reply 0; echo
 */
#include "pending.h"

#include <linux/close_range.h>
#include <sched.h>

static void connect_once(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	CHECK_FAILS(connect4(fd, TARGET, PORT), EINPROGRESS);
	await_peer(fd);
	block(fd);
	talk(fd);
	close(fd);
}

int main(void)
{
	connect_once();
	CHECK(unshare(CLONE_FILES) == 0);
	connect_once();
	connect_once();
	CHECK(close_range(900, ~0u, CLOSE_RANGE_UNSHARE) == 0);
	connect_once();
	connect_once();
	return 0;
}
