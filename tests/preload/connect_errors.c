/* SPDX-License-Identifier: MIT */
/*
 * connect(2) with what it must refuse, in the kernel's order.
 * native: yes
 * log-count: 0 request
 */
#include "victim.h"

#include <fcntl.h>
#include <sys/mman.h>

static void bad_pointers(int fd)
{
	socklen_t len = sizeof(struct sockaddr_in);
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(page != MAP_FAILED);
	CHECK(mprotect(page + 4096, 4096, PROT_NONE) == 0);
	CHECK_FAILS(connect(fd, NULL, len), EFAULT);
	CHECK_FAILS(connect(fd, (void *)1, len), EFAULT);
	page[0] = 99; /* what can be read, first: no such family */
	CHECK_FAILS(connect(fd, (void *)page, len), EAFNOSUPPORT);
	CHECK_FAILS(connect(fd, (void *)(page + 4096), len), EFAULT);
	CHECK_FAILS(connect(fd, (void *)(page + 4088), len), EFAULT);
	CHECK_FAILS(connect(fd, (void *)(page + 5000), len), EFAULT);
	CHECK_FAILS(connect(fd, (void *)-4096L, len), EFAULT);
	munmap(page, 8192);
}

static void bad_lengths(void)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	struct sockaddr_in6 sin6 = ipv6(TARGET6, PORT);
	struct sockaddr *a = (struct sockaddr *)&sin;
	int fd = tcp_socket(), fd6 = socket(AF_INET6, SOCK_STREAM, 0);
	char large[256] = { 0 };

	CHECK_FAILS(connect(fd, a, 0), EINVAL);
	CHECK_FAILS(connect(fd, a, 1), EINVAL);
	CHECK_FAILS(connect(fd, a, 2), EINVAL);
	CHECK_FAILS(connect(fd, a, sizeof(sin) - 1), EINVAL);
	CHECK_FAILS(connect(fd, a, (socklen_t)-1), EINVAL);
	memcpy(large, &sin, sizeof(sin));
	CHECK_FAILS(connect(fd, (void *)large, 129), EINVAL);
	a = (struct sockaddr *)&sin6;
	CHECK_FAILS(connect(fd6, a, 23), EINVAL);
	CHECK_FAILS(connect(fd6, a, 2), EINVAL);
	close(fd);
	close(fd6);
}

static void bad_families(void)
{
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	struct sockaddr_in6 sin6 = ipv6(TARGET6, PORT);
	struct sockaddr_storage ss = { .ss_family = 99 };
	int fd = tcp_socket();

	CHECK_FAILS(connect(fd, (void *)&sin6, sizeof(sin6)), EAFNOSUPPORT);
	CHECK_FAILS(connect(fd, (void *)&ss, sizeof(sin)), EAFNOSUPPORT);
	close(fd);
}

static void bad_descriptors(void)
{
	int null = open("/dev/null", 0), closed = dup(null);

	close(closed);
	CHECK_FAILS(connect4(-1, TARGET, PORT), EBADF);
	CHECK_FAILS(connect4(closed, TARGET, PORT), EBADF);
	CHECK_FAILS(connect(closed, NULL, 16), EBADF);
	CHECK_FAILS(connect(closed, NULL, 129), EBADF);
	CHECK_FAILS(connect4(null, TARGET, PORT), ENOTSOCK);
	CHECK_FAILS(connect6(null, TARGET6, PORT), ENOTSOCK);
	close(null);
}

static void listening(void)
{
	int fd = tcp_socket();

	CHECK(listen(fd, 1) == 0);
	CHECK_FAILS(connect4(fd, TARGET, PORT), EISCONN);
	close(fd);
}

int main(void)
{
	int fd = tcp_socket();

	bad_pointers(fd);
	close(fd);
	bad_lengths();
	bad_families();
	bad_descriptors();
	listening();
	return 0;
}
