/* SPDX-License-Identifier: MIT */
/*
 * Programs that are executed with a UDP socket use its relay: at another number
 * and at 0, connected and not, by execve(2), posix_spawn(3) and a shell; one
 * that was closed on exec is not there; a new one gets a relay of its own.
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 3 request cmd=3
 * log-count: 3 client left
 * log-count: 0 no header
 */
#define ECHO_PORT 7033
#include "datagram.h"

#include <fcntl.h>
#include <spawn.h>

extern char **environ;

static void use(int fd)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);

	if (getpeername(fd, (void *)&peer, &len) == 0) {
		check_peer(fd, TARGET, ECHO_PORT);
		CHECK(send(fd, "connected", 9, 0) == 9);
		expect_from(fd, "connected", TARGET, ECHO_PORT);
	} else {
		ask(fd, "unconnected");
	}
}

/* A program: a list of numbers, "-" for what is closed, "new" for a new one */
static int executed(char **words)
{
	for (; *words; words++) {
		if (!strcmp(*words, "new"))
			use(udp_socket());
		else if (**words == '-')
			CHECK_FAILS(fcntl(atoi(*words + 1), F_GETFD), EBADF);
		else
			use(atoi(*words));
	}
	return 0;
}

static void run(char *const *argv)
{
	pid_t pid = fork();

	if (pid == 0) {
		execv("/proc/self/exe", argv);
		_exit(9);
	}
	check_child(pid);
}

static void spawn(int fd, char *self)
{
	char *argv[] = { self, "0", NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;

	CHECK(posix_spawn_file_actions_init(&actions) == 0);
	CHECK(posix_spawn_file_actions_adddup2(&actions, fd, 0) == 0);
	CHECK(posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv,
			  environ) == 0);
	check_child(pid);
}

int main(int argc, char **argv)
{
	char self[4096] = "", command[8300];
	int fd, peer, other;

	if (argc > 1)
		return executed(argv + 1);
	CHECK(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	fd = udp_socket();
	peer = udp_connected();
	use(fd);
	use(peer);
	CHECK(dup2(fd, 8) == 8 && dup2(peer, 9) == 9);
	CHECK(close(fd) == 0 && close(peer) == 0);
	other = fcntl(8, F_DUPFD_CLOEXEC, 30);
	CHECK(other == 30);
	run((char *[]){ self, "8", "9", "-30", NULL });
	run((char *[]){ self, "9", "new", "8", NULL });
	spawn(8, self);
	spawn(9, self);
	/* By way of a program that knows nothing of them. */
	snprintf(command, sizeof(command),
		 "'%s' 8 && '%s' 0 <&9", self, self);
	CHECK(system(command) == 0);
	/* An exec that fails leaves all as it was. */
	CHECK_FAILS(execl("/none/such", "such", NULL), ENOENT);
	use(8);
	use(9);
	run((char *[]){ self, "8", "9", NULL });
	/* In the end this process, too. */
	execl(self, self, "8", "9", "-30", NULL);
	NOT_REACHED();
}
