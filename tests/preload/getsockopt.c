/* SPDX-License-Identifier: MIT */
/*
 * getsockopt(2): SO_ERROR while a connection is pending, and after; all else
 * is the kernel's.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 */
#include "pending.h"

int main(void)
{
	struct sockaddr_in good, bad;
	struct { int value, beyond; } v = { -1, -1 };
	int a, b, other, value;
	socklen_t len = sizeof(int);

	/* What is not ours. */
	other = tcp_socket();
	CHECK(so_error(other) == 0);
	CHECK(getsockopt(other, SOL_SOCKET, SO_TYPE, &value, &len) == 0);
	CHECK(value == SOCK_STREAM && len == sizeof(int));
	CHECK_FAILS(getsockopt(-1, SOL_SOCKET, SO_ERROR, &value, &len), EBADF);
	CHECK_FAILS(getsockopt(0, SOL_SOCKET, SO_ERROR, &value, &len),
		    ENOTSOCK);

	good = park(WELL);
	bad = park(REFUSED);
	a = begin(&good);
	b = begin(&bad);
	CHECK(so_error(a) == 0 && so_error(b) == 0 && so_error(other) == 0);
	/* Its length and its pointers as ever. */
	len = 2;
	CHECK(getsockopt(a, SOL_SOCKET, SO_ERROR, &v, &len) == 0 && len == 2);
	CHECK(v.value == -65536 || v.value == 65535);
	len = sizeof(v);
	CHECK(getsockopt(a, SOL_SOCKET, SO_ERROR, &v, &len) == 0);
	CHECK(len == sizeof(int) && v.value == 0 && v.beyond == -1);
	len = 0;
	CHECK(getsockopt(a, SOL_SOCKET, SO_ERROR, &v, &len) == 0 && len == 0);
	len = (socklen_t)-1;
	CHECK_FAILS(getsockopt(a, SOL_SOCKET, SO_ERROR, &v, &len), EINVAL);
	len = sizeof(int);
	CHECK_FAILS(getsockopt(a, SOL_SOCKET, SO_ERROR, NULL, &len), EFAULT);
	CHECK_FAILS(getsockopt(a, SOL_SOCKET, SO_ERROR, &v, NULL), EFAULT);
	/* Other options. */
	CHECK(getsockopt(a, SOL_SOCKET, SO_TYPE, &value, &len) == 0);
	CHECK(value == SOCK_STREAM);
	CHECK_FAILS(getsockopt(a, SOL_SOCKET, 9999, &value, &len),
		    ENOPROTOOPT);

	await_end(a);
	await_end(b);
	CHECK(so_error(a) == 0);
	/* The error, once; as much of it as there is room for. */
	v.value = 0;
	len = 1;
	CHECK(getsockopt(b, SOL_SOCKET, SO_ERROR, &v, &len) == 0 && len == 1);
	CHECK(v.value == ECONNREFUSED);
	CHECK(so_error(b) == 0);
	return 0;
}
