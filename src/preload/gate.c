/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/socket.h>

#include "preload/gate.h"

int gate_slow(int fd, int flags, int timeout_option)
{
	int error, native, r;

	if (conn_state(fd) == CONN_PENDING) {
		if ((flags & MSG_DONTWAIT) != 0 || tcp_is_nonblocking(fd))
			return -EAGAIN;
		r = conn_wait(fd, timeout_option);
		if (r < 0)
			return r;
	}
	if (conn_state(fd) == CONN_DONE && conn_owes_zero(fd))
		return 0; /* in use: nobody asks any more */
	if (conn_state(fd) != CONN_FAILED)
		return 0;
	error = conn_take_error(fd);
	if (error != 0)
		/* The kernel's own version of it has been told with that. */
		tcp_option(fd, SOL_SOCKET, SO_ERROR, &native, sizeof(native));
	return -error;
}
