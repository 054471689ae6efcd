/* SPDX-License-Identifier: MIT */
/*
 * client - the smallest network client, for the tests
 *
 *   client [-4|-6] [-u] HOST PORT [TEXT]
 *
 * Connects (with -u: sends one datagram), sends TEXT, and prints all that
 * comes until the end of the stream. A failure is printed as the call and the
 * name of its errno ("connect: ECONNREFUSED"), and gives exit status 1.
 *
 * With RAW_SYSCALLS it resolves nothing and makes its system calls without
 * libc, as Go and other static programs do.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef RAW_SYSCALLS

static long raw(long number, long a, long b, long c)
{
	long result;

#if defined(__x86_64__)
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2)
			 : "memory");
	result = x0;
#else
#error "no raw system calls for this machine"
#endif
	if (result < 0) {
		errno = (int)-result;
		return -1;
	}
	return result;
}

#define socket(d, t, p)	 ((int)raw(SYS_socket, d, t, p))
#define connect(f, a, l) ((int)raw(SYS_connect, f, (long)(a), l))
#define send(f, b, l, x) raw(SYS_write, f, (long)(b), (long)(l))
#define recv(f, b, l, x) raw(SYS_read, f, (long)(b), (long)(l))

#endif

struct target {
	int family;
	socklen_t len;
	struct sockaddr_storage address;
};

/* The first address of @host, in the order that the system gives. */
static int resolve(const char *host, const char *port, int family,
		   struct target *t)
{
#ifdef RAW_SYSCALLS
	struct sockaddr_in *in = (struct sockaddr_in *)&t->address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&t->address;

	(void)family;
	if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
		t->len = sizeof(*in);
		in->sin_port = htons((uint16_t)atoi(port));
		t->family = AF_INET;
	} else if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1) {
		t->len = sizeof(*in6);
		in6->sin6_port = htons((uint16_t)atoi(port));
		t->family = AF_INET6;
	} else {
		printf("resolve: not an address\n");
		return -1;
	}
	t->address.ss_family = (sa_family_t)t->family;
#else
	struct addrinfo hints = {.ai_family = family,
				 .ai_socktype = SOCK_STREAM};
	struct addrinfo *list;
	int error = getaddrinfo(host, port, &hints, &list);

	if (error) {
		printf("resolve: %s\n", gai_strerror(error));
		return -1;
	}
	t->family = list->ai_family;
	t->len = list->ai_addrlen;
	memcpy(&t->address, list->ai_addr, list->ai_addrlen);
	freeaddrinfo(list);
#endif
	return 0;
}

static int failed(const char *call)
{
	printf("%s: %s\n", call, strerrorname_np(errno));
	return 1;
}

/* Opaque to the compiler, so that fortified calls stay fortified. */
static volatile size_t room = 4096;

int main(int argc, char **argv)
{
	int family = AF_UNSPEC, type = SOCK_STREAM, option, fd;
	struct target t = {0};
	char buf[4096];
	size_t size = room;
	ssize_t n;

	while ((option = getopt(argc, argv, "46u")) != -1) {
		if (option == '4')
			family = AF_INET;
		else if (option == '6')
			family = AF_INET6;
		else if (option == 'u')
			type = SOCK_DGRAM;
		else
			return 2;
	}
	argv += optind;
	if (argc - optind < 2) {
		fprintf(stderr, "usage: client [-4|-6] [-u] HOST PORT [TEXT]\n");
		return 2;
	}
	if (resolve(argv[0], argv[1], family, &t) != 0)
		return 1;
	fd = socket(t.family, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return failed("socket");
	if (connect(fd, (struct sockaddr *)&t.address, t.len) != 0)
		return failed("connect");
	if (argv[2] && send(fd, argv[2], strlen(argv[2]), 0) < 0)
		return failed("send");
	if (type == SOCK_DGRAM)
		return 0;
	shutdown(fd, SHUT_WR);
	while ((n = recv(fd, buf, size, 0)) > 0)
		if (write(STDOUT_FILENO, buf, (size_t)n) != n)
			return 2;
	return n == 0 ? 0 : failed("recv");
}
