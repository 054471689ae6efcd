/* SPDX-License-Identifier: MIT */
/*
 * recvmmsg(2).
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 */
#include "pending_io.h"

static ssize_t messages(int fd, void *buf, size_t n)
{
	struct iovec v = { buf, n };
	struct mmsghdr m = { .msg_hdr = { .msg_iov = &v, .msg_iovlen = 1 } };
	int r = recvmmsg(fd, &m, 1, 0, NULL);

	return r < 0 ? r : (ssize_t)m.msg_len;
}

int main(void)
{
	check_receiver(messages);
	return 0;
}
