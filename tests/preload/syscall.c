/* SPDX-License-Identifier: MIT */
/*
 * syscall(2): the network's numbers go the way of the functions, every other
 * one is the kernel's.
 * log: 1 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 * log: 2 request cmd=1 atyp=1 host=127\.1\.2\.4 port=7$
 */
#include "victim.h"

#include <fcntl.h>
#include <sys/syscall.h>

static int made(void)
{
	int fd = (int)syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);

	CHECK(fd >= 0);
	return fd;
}

static void connections(void)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT), got;
	socklen_t len = sizeof(got);
	int fd = made(), on = 1;
	char x;

	CHECK(syscall(SYS_setsockopt, fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT,
		      &on, sizeof(on)) == 0);
	CHECK(syscall(SYS_connect, fd, &sin, sizeof(sin)) == 0);
	talk(fd);
	CHECK(syscall(SYS_getpeername, fd, &got, &len) == 0);
	CHECK(got.sin_addr.s_addr == sin.sin_addr.s_addr);
	CHECK(got.sin_port == sin.sin_port);
	CHECK(syscall(SYS_close, fd) == 0);
	CHECK_FAILS(syscall(SYS_connect, fd, &sin, sizeof(sin)), EBADF);

	fd = made();
	sin = ipv4("127.1.2.4", PORT);
	CHECK(syscall(SYS_sendto, fd, "x", 1L, MSG_FASTOPEN, &sin,
		      (long)sizeof(sin)) == 1);
	read_exactly(fd, &x, 1);
	check_peer(fd, "127.1.2.4", PORT);
	close(fd);
}

static void datagrams(void)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	struct iovec iov = { "x", 1 };
	struct mmsghdr msg = { .msg_hdr = { .msg_name = &sin,
					    .msg_namelen = sizeof(sin),
					    .msg_iov = &iov,
					    .msg_iovlen = 1 } };
	long fd = syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);

	CHECK(fd >= 0);
	CHECK_FAILS(syscall(SYS_socket, AF_INET, SOCK_RAW, IPPROTO_ICMP),
		    EACCES);
	CHECK_FAILS(syscall(SYS_sendto, fd, "x", 1L, 0L, &sin,
			    (long)sizeof(sin)), ENETUNREACH);
	CHECK_FAILS(syscall(SYS_sendmsg, fd, &msg.msg_hdr, 0L), ENETUNREACH);
	CHECK_FAILS(syscall(SYS_sendmmsg, fd, &msg, 1L, 0L), ENETUNREACH);
}

static void others(void)
{
	int fd;

	CHECK(syscall(SYS_getpid) == getpid());
	fd = (int)syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR, 0);
	CHECK(fd >= 0);
	CHECK(syscall(SYS_write, fd, "x", 1L) == 1);
	CHECK(syscall(SYS_lseek, fd, 0L, SEEK_SET) == 0);
	CHECK(syscall(SYS_dup3, fd, 90, O_CLOEXEC) == 90);
	CHECK(syscall(SYS_fcntl, 90, F_GETFD) == FD_CLOEXEC);
	CHECK(syscall(SYS_close_range, 90U, 90U, 0) == 0);
	CHECK_FAILS(syscall(SYS_fcntl, 90, F_GETFD), EBADF);
	CHECK_FAILS(syscall(SYS_openat, AT_FDCWD, "/none/such", 0), ENOENT);
	CHECK_FAILS(syscall(SYS_io_uring_setup, 1, NULL), ENOSYS);
	CHECK_FAILS(syscall(100000), ENOSYS);
}

int main(void)
{
	connections();
	datagrams();
	others();
	return 0;
}
