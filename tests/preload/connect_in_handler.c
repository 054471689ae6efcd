/* SPDX-License-Identifier: MIT */
/*
 * The first connect of a process in a signal handler: connect(2) is allowed
 * there, malloc(3) is not, for the handler may have interrupted it.
 * script: read-greeting; send 0500; read-request; delay 300; reply 0; echo
 */
#include "pending.h"

#include <sys/resource.h>

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_memalign(size_t align, size_t n);

static volatile sig_atomic_t in_handler, used;
static int fd = -1;

void *malloc(size_t n)
{
	used |= in_handler;
	return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	used |= in_handler;
	return __libc_calloc(n, size);
}

void *aligned_alloc(size_t align, size_t n)
{
	used |= in_handler;
	return __libc_memalign(align, n);
}

static void handler(int sig)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(PORT),
				   .sin_addr.s_addr = htonl(0x7f010203) };
	int now = errno;

	(void)sig;
	in_handler = 1;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0)
		CHECK(errno == EINPROGRESS);
	in_handler = 0;
	errno = now;
}

static void use(void)
{
	CHECK(fd >= 0);
	CHECK(!used);
	await_peer(fd);
	block(fd);
	talk(fd);
	CHECK(close(fd) == 0);
}

int main(void)
{
	struct sigaction sa = { .sa_handler = handler };

	CHECK(sigaction(SIGUSR1, &sa, NULL) == 0);
	CHECK(raise(SIGUSR1) == 0);
	use();
	/* And again, now that all is there that is made once. */
	CHECK(raise(SIGUSR1) == 0);
	use();
	return 0;
}
