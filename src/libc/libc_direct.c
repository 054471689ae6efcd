/* SPDX-License-Identifier: MIT */
/*
 * struct libc where nothing is replaced (the launcher, unit tests): the plain
 * functions. Only those that the shared code below exec/ and sock/ calls; the
 * rest stays NULL, and calling it is a fault of ours that shows at once.
 */
#include <stdlib.h>

#include "libc/libc.h"

struct libc libc_table = {
	.socket = socket,
	.connect = connect,
	.getpeername = getpeername,
	.getsockopt = getsockopt,
	.setsockopt = setsockopt,
	.sendto = sendto,
	.sendmsg = sendmsg,
	.sendmmsg = sendmmsg,
	.recv = recv,
	.send = send,
	.poll = poll,
	.close = close,
	.fcntl = fcntl,
	.write = write,
	.syscall = syscall,
};

void *libc_bind(size_t offset)
{
	(void)offset;
	abort();
}

void libc_bind_early(void)
{
}
