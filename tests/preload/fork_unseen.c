/* SPDX-License-Identifier: MIT */
/*
 * A child that fork(3) has not made, so that no handler of fork's has run: it
 * waits for its parent's connection, forgets it, and makes its own.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 */
#include "pending.h"

#include <sys/syscall.h>

#define AT_ONCE_MS 250

static pid_t fork_raw(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void use_own(const struct sockaddr_in *good, int expected)
{
	long start = now_ms();
	int fd = begin(good);

	CHECK(now_ms() - start < AT_ONCE_MS);
	CHECK(fd == expected);
	await_peer(fd);
	block(fd);
	talk(fd);
	CHECK(close(fd) == 0);
}

static void check_it(const struct sockaddr_in *good, pid_t make(void))
{
	int fd = begin(good);
	pid_t pid = make();

	if (pid == 0) {
		await_peer(fd);
		CHECK(close(fd) == 0);
		/* What was known of the number is no more. */
		use_own(good, fd);
		use_own(good, fd);
		_exit(0);
	}
	await_peer(fd);
	block(fd);
	talk(fd);
	check_child(pid);
	CHECK(close(fd) == 0);
}

int main(void)
{
	struct sockaddr_in good = park(WELL);

	check_it(&good, _Fork);
	check_it(&good, fork_raw);
	return 0;
}
