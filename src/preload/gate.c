/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/socket.h>

#include "preload/gate.h"

int gate_slow(int fd, int flags)
{
	int error, native;

	if (conn_state(fd) == CONN_PENDING) {
		if ((flags & MSG_DONTWAIT) != 0 || tcp_is_nonblocking(fd))
			return -EAGAIN;
		if (conn_wait(fd) < 0)
			return -EINTR;
	}
	if (conn_state(fd) == CONN_DONE)
		conn_connected(fd); /* in another process: learnt only now */
	if (conn_state(fd) != CONN_FAILED)
		return 0;
	error = conn_take_error(fd);
	if (error != 0)
		/* The kernel's own version of it has been told with that. */
		tcp_option(fd, SOL_SOCKET, SO_ERROR, &native, sizeof(native));
	return -error;
}
